import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseJsonText } from "../../runtime/config/json-text.ts";
import { isPlainObject } from "../../runtime/model/config/check-shape.ts";
import { suggest } from "../../runtime/model/config/suggest.ts";
import { AgentsError } from "../../runtime/model/errors.ts";

/** The event types that a project's agents publish: one JSON Schema (draft 2020-12) of the payload for each. */
export interface Catalog {
  /** Absolute folder of the schemas. */
  readonly dir: string;
  /** Event types, in alphabetical order. */
  readonly types: readonly string[];
}

/** A payload schema as it was read. */
export type PayloadSchema = Readonly<Record<string, unknown>>;

const ENDING = ".schema.json";

/** The catalog of a project; empty where it has none. Names only: a schema is read when it is asked for. */
export function openCatalog(root: string): Catalog {
  const dir = join(root, "events");
  return { dir, types: filesIn(dir).map((name) => name.slice(0, -ENDING.length)) };
}

/**
 * The payload schema of a type; throws `AGENTS_EVENT_UNKNOWN` with what was probably meant.
 *
 * @param otherwise How the command takes a type that is not there, e.g. `--force sends it anyway`.
 */
export function schemaOf(catalog: Catalog, type: string, otherwise: string | null = null): PayloadSchema {
  if (!catalog.types.includes(type)) throw unknownType(catalog, type, otherwise);
  const file = join(catalog.dir, type + ENDING);
  const result = parseJsonText(readFileSync(file, "utf8"));
  if (result.ok && isPlainObject(result.value)) return result.value;
  const reason = result.ok
    ? "it is not an object"
    : `${result.reason} at ${result.position.line}:${result.position.column}`;
  throw new AgentsError("AGENTS_DATA_UNREADABLE", `The schema of ${type} cannot be read: ${reason}.`, {
    path: file,
    expected: "a JSON Schema",
    found: reason,
  });
}

function unknownType({ types }: Catalog, type: string, otherwise: string | null): AgentsError {
  const guess = suggest(type, types);
  const list =
    types.length === 0
      ? "This project has no catalog (events/*.schema.json)"
      : "agents events catalog lists them";
  const meant = guess === null ? "" : `Did you mean ${guess}? `;
  return new AgentsError("AGENTS_EVENT_UNKNOWN", `${type} is not an event type of this project.`, {
    path: "event",
    expected: "an event type of the catalog",
    found: JSON.stringify(type),
    hint: `${meant}${list}${otherwise === null ? "" : `; ${otherwise}`}.`,
  });
}

function filesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir)
      .filter((name) => name.endsWith(ENDING))
      .toSorted();
  } catch {
    return []; // no folder, no catalog
  }
}
