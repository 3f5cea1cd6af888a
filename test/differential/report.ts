import type { Compared } from "./compare.ts";

/** One line for all, and one text for each check that differs and should not. */
export function report(results: readonly Compared[]): {
  readonly line: string;
  readonly different: readonly string[];
} {
  const of = (verdict: Compared["verdict"]): readonly Compared[] =>
    results.filter((one) => one.verdict === verdict);
  const different = of("different");
  return {
    line: `${results.length} checks, ${of("equal").length} equal, ${of("different by intent").length} different by intent, ${different.length} different`,
    different: different.map(textOf),
  };
}

function textOf({ check, daprd, agents }: Compared): string {
  const meant = check.differs === undefined ? "" : " (is said to differ, and does not)";
  return `${check.world}: ${check.name}${meant}\n  daprd:  ${JSON.stringify(daprd)}\n  agents: ${JSON.stringify(agents)}`;
}
