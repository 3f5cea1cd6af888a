import { extname, relative } from "node:path";
import { AgentsError } from "../../../runtime/model/errors.ts";
import type { AgentEntry } from "./agent-entry.ts";
import { membersOf } from "./agent-entry.ts";

/**
 * The text of a config with one agent more. Nothing else of it changes.
 *
 * @throws AgentsError AGENTS_CONFIG_NOT_EDITABLE with what to write by hand.
 */
export async function addAgent(file: string, text: string, agent: AgentEntry): Promise<string> {
  const changed = /^\.ya?ml$/.test(extname(file))
    ? (await import("./edit-yaml.ts")).addToYaml(text, agent)
    : (await import("./edit-module.ts")).addToModule(file, text, agent);
  if (changed !== null) return changed;
  const short = relative(process.cwd(), file) || file;
  throw new AgentsError("AGENTS_CONFIG_NOT_EDITABLE", `The agents of ${short} cannot be added to.`, {
    path: file,
    expected: "agents written out in the file: agents: { … }",
    found: "agents that are computed, imported or written on one line",
    hint: `Write them out there, and try again. What would be added: ${JSON.stringify(
      Object.fromEntries([[agent.name, Object.fromEntries(membersOf(agent))]]),
    )}`,
  });
}
