import type { Attributes } from "./telemetry.ts";

/** Which prompt takes part: `name@version+hash`, whole and in its parts. */
export function promptAttributes(ref: string | null): Attributes {
  const parts = ref === null ? null : /^(.+)@(.+)\+([^+]+)$/u.exec(ref);
  if (ref === null || parts === null) return {};
  return {
    "gen_ai.prompt.name": parts[1],
    "agents.prompt.version": parts[2],
    "agents.prompt.hash": parts[3],
    "agents.prompt.ref": ref,
  };
}
