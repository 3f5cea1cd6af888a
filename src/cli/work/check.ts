import { relative, sep } from "node:path";
import { loadConfig } from "../../runtime/config/load.ts";
import { suggest } from "../../runtime/model/config/suggest.ts";
import { AgentsError } from "../../runtime/model/errors.ts";
import type { ResolvedConfig } from "../../runtime/model/resolved.ts";
import { checkProject } from "../check/check-project.ts";
import type { Checked } from "../check/check-project.ts";
import type { Context } from "../context.ts";

/** `agents check`: exit code 1 where a rule is broken. */
export async function check({ out, place }: Context, names: readonly string[]): Promise<void> {
  const { config } = await loadConfig(place);
  for (const name of names) assertKnown(name, config);
  const checked = await checkProject(config, names);
  if (checked.violations.length > 0) process.exitCode = 1;
  if (out.json) {
    const violations = checked.violations.map((each) => ({
      ...each,
      file: relative(config.root, each.file).split(sep).join("/"),
    }));
    return out.document({ ...checked, violations });
  }
  const { bold, bad, dim, good } = out.style;
  for (const { rule, file, line, message } of checked.violations)
    out.line(`${bold(`${relative(process.cwd(), file)}:${line}`)}  ${bad(rule)}  ${message}`);
  if (checked.violations.length > 0) out.line();
  out.line(summary(checked, checked.violations.length === 0 ? good("✓") : bad("✗")));
  if (checked.skipped.length > 0)
    out.line(
      dim(
        `  not looked at: ${checked.skipped.join(", ")} (no TypeScript or JavaScript in a folder of its own)`,
      ),
    );
}

function summary({ agents, files, violations }: Checked, mark: string): string {
  const found =
    violations.length === 0 ? "every rule holds" : `${count(violations.length, "line")} to change`;
  return `${mark} ${count(agents.length, "agent")} · ${count(files, "file")} · ${found}`;
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? "" : "s"}`;
}

function assertKnown(name: string, { agents }: ResolvedConfig): void {
  if (Object.hasOwn(agents, name)) return;
  const guess = suggest(name, Object.keys(agents));
  throw new AgentsError("AGENTS_NAME_UNKNOWN", `There is no agent called ${name}.`, {
    path: "agent",
    expected: Object.keys(agents).join(", "),
    found: name,
    hint: guess === null ? "agents config lists them." : `Did you mean ${guess}?`,
  });
}
