import type { RunClient } from "../../runtime/control/run-client.ts";
import { connect } from "../../runtime/control/client.ts";
import { stateDirOf } from "../../runtime/control/state-dir.ts";
import { findProjectRoot } from "../../runtime/config/find.ts";
import { suggest } from "../../runtime/model/config/suggest.ts";
import { AgentsError } from "../../runtime/model/errors.ts";
import type { RunView } from "../../runtime/model/snapshot.ts";
import type { Context } from "../context.ts";

/** The project a command is about, found without reading its config. */
export interface Project {
  readonly root: string;
  readonly stateDir: string;
}

export function projectOf(context: Pick<Context, "place">): Project {
  const root = findProjectRoot(context.place);
  return { root, stateDir: stateDirOf(root) };
}

/** The run of this project; throws `AGENTS_NOT_RUNNING` where none is up. */
export const runOf = (context: Context): RunClient => connect(projectOf(context).root);

/** The run of a folder, or null. */
export function runIfUp(root: string): RunClient | null {
  try {
    return connect(root);
  } catch (error) {
    if (error instanceof AgentsError && error.code === "AGENTS_NOT_RUNNING") return null;
    throw error;
  }
}

/** Names that exist, or `AGENTS_NAME_UNKNOWN` with what was probably meant. */
export function assertNames(names: readonly string[], known: readonly string[]): void {
  for (const name of names) {
    if (known.includes(name)) continue;
    const guess = suggest(name, known);
    throw new AgentsError("AGENTS_NAME_UNKNOWN", `There is no ${JSON.stringify(name)} here.`, {
      path: name,
      expected: known.join(", "),
      found: JSON.stringify(name),
      hint: guess === null ? `There are: ${known.join(", ")}.` : `Did you mean ${guess}?`,
    });
  }
}

export const namesIn = (run: RunView): readonly string[] => run.resources.map(({ name }) => name);
