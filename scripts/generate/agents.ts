import { readdir } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { EventDefinition } from "agents-apphost/kit";

/** An agent of this repository and the events that it publishes. */
export interface OwnAgent {
  readonly name: string;
  /** Absolute path of its main.ts. */
  readonly entry: string;
  readonly events: readonly EventDefinition[];
}

/** Every agent in `src/agents`, by its name. */
export async function ownAgents(root: string): Promise<readonly OwnAgent[]> {
  const folder = join(root, "src/agents");
  const found: OwnAgent[] = [];
  for (const name of (await readdir(folder)).toSorted()) {
    const file = join(folder, name, "events.ts");
    if (!existsSync(file)) continue;
    const { events }: { events?: readonly EventDefinition[] } = await import(pathToFileURL(file).href);
    if (events === undefined) throw new Error(`${file} exports no events.`);
    found.push({ name, entry: join(folder, name, "main.ts"), events });
  }
  return found;
}
