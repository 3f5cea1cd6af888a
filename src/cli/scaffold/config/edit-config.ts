import { extname, relative } from "node:path";
import { AgentsError } from "../../../runtime/model/errors.ts";
import type { AgentEntry } from "./agent-entry.ts";

/**
 * The text of a config with one agent more. Nothing else of it changes.
 *
 * @throws AgentsError AGENTS_CONFIG_NOT_EDITABLE with what to write by hand.
 */
export async function addAgent(file: string, text: string, agent: AgentEntry): Promise<string> {
  const changed = isYaml(file)
    ? (await import("./edit-yaml.ts")).addToYaml(text, agent)
    : (await import("./edit-module.ts")).addToModule(file, text, agent);
  if (changed !== null) return changed;
  throw await notEditable(file, text, agent, "agents that are computed, imported or left out");
}

/** The member of `agents` that an agent is in this config, to be written by hand. */
export async function linesToAdd(file: string, text: string, agent: AgentEntry): Promise<readonly string[]> {
  return isYaml(file)
    ? (await import("./edit-yaml.ts")).yamlLines(agent, "  ", "  ")
    : (await import("./edit-module.ts")).moduleLines(file, text, agent);
}

/** The agents of a config cannot be added to; what to add by hand is in its lines. */
export async function notEditable(
  file: string,
  text: string,
  agent: AgentEntry,
  found: string,
): Promise<AgentsError> {
  const lines = await linesToAdd(file, text, agent);
  const short = relative(process.cwd(), file) || file;
  return new AgentsError("AGENTS_CONFIG_NOT_EDITABLE", `No agent can be added to ${short}.`, {
    path: file,
    expected: "agents written out in the file: agents: { … }",
    found,
    hint: `Nothing was written. agents new ${agent.name} --files-only writes the files; those lines are then yours to add.`,
    lines,
  });
}

function isYaml(file: string): boolean {
  return /^\.ya?ml$/.test(extname(file));
}
