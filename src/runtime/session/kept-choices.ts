import { join } from "node:path";
import { readJsonFile, writeJsonFile } from "../control/json-file.ts";
import type { Choice } from "../plan/choices.ts";
import type { Kept, Serving } from "../plan/mode.ts";

const FILE = "choices.json";

/** What served each resource of this project so far; `down -v` forgets it with the data. */
export function readKept(stateDir: string): Kept {
  const value = readJsonFile(join(stateDir, FILE));
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, as]: [string, unknown]) => (isKept(as) ? [[name, as]] : [])),
  );
}

function isKept(as: unknown): as is Kept[string] {
  return as === "container" || as === "local" || as === "embedded";
}

/**
 * Keeps what serves a resource from the moment that it does: what never came up holds nothing, and the next start is free
 * to choose something else. What a given server holds is its owner's. `passing`: those that were chosen for this run alone.
 */
export class KeptChoices {
  readonly #path: string;
  readonly #choices: ReadonlyMap<string, Choice>;
  readonly #passing: ReadonlySet<string>;
  #kept: Readonly<Record<string, Serving>>;

  constructor(stateDir: string, choices: ReadonlyMap<string, Choice>, passing: ReadonlySet<string>) {
    this.#path = join(stateDir, FILE);
    this.#choices = choices;
    this.#passing = passing;
    this.#kept = readKept(stateDir);
  }

  /** A resource is ready. */
  ready(name: string): void {
    const as = this.#choices.get(name)?.as;
    if (as === undefined || as === "external" || this.#passing.has(name) || this.#kept[name] === as) return;
    this.#kept = { ...this.#kept, [name]: as };
    writeJsonFile(this.#path, this.#kept);
  }
}
