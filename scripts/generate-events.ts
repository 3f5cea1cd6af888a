// Writes what is derived from code: one JSON Schema for each event type, and the schema of the prompt file format.
// With --check it writes nothing and ends with 1 when a file is missing, stale or left over.
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import type { EventDefinition } from "agents-apphost/kit";
import { promptFileSchema } from "../src/agents/kit/prompts/prompt-file-schema.ts";

const root = join(import.meta.dirname, "..");

/** The schema of the payload. Readers are tolerant: members that it does not know are no error. */
function schemaOf({ type, payload, description, dataVersion }: EventDefinition): object {
  const { $schema, ...rest } = z.toJSONSchema(payload, { target: "draft-2020-12", io: "input" });
  return { $schema, $id: `urn:agents:event:${type}:${dataVersion}`, title: type, description, ...rest };
}

async function readIfThere(file: string): Promise<string | null> {
  return await readFile(file, "utf8").catch(() => null);
}

/** Every event type of every agent in `src/agents`. */
async function collect(): Promise<readonly EventDefinition[]> {
  const agents = join(root, "src/agents");
  const found: EventDefinition[] = [];
  for (const agent of (await readdir(agents)).toSorted()) {
    const file = join(agents, agent, "events.ts");
    if ((await readIfThere(file)) === null) continue;
    const { events }: { events?: readonly EventDefinition[] } = await import(pathToFileURL(file).href);
    if (events === undefined) throw new Error(`${file} exports no events.`);
    found.push(...events);
  }
  return found;
}

function toText(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

async function expectedFiles(): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const definition of await collect()) {
    const path = `events/${definition.type}.schema.json`;
    if (files.has(path)) throw new Error(`Two agents publish ${definition.type}.`);
    files.set(path, toText(schemaOf(definition)));
  }
  files.set("schemas/prompt.v1.schema.json", toText(promptFileSchema));
  return files;
}

/** Schemas of event types that nobody publishes any more. */
async function leftOver(files: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const present = await readdir(join(root, "events")).catch(() => []);
  return present
    .map((name) => `events/${name}`)
    .filter((path) => path.endsWith(".schema.json") && !files.has(path));
}

const files = await expectedFiles();
const stale: string[] = [];
for (const [path, content] of files) {
  if ((await readIfThere(join(root, path))) !== content) stale.push(path);
}
const gone = await leftOver(files);

if (process.argv.includes("--check")) {
  for (const path of stale) process.stdout.write(`${path} is not what the code says\n`);
  for (const path of gone) process.stdout.write(`${path} belongs to no event type\n`);
  if (stale.length + gone.length > 0) {
    process.stdout.write("Run: npm run generate\n");
    process.exitCode = 1;
  }
} else {
  for (const folder of ["events", "schemas"]) await mkdir(join(root, folder), { recursive: true });
  for (const path of stale) {
    await writeFile(join(root, path), files.get(path) ?? "");
    process.stdout.write(`wrote ${path}\n`);
  }
  for (const path of gone) {
    await rm(join(root, path));
    process.stdout.write(`removed ${path}\n`);
  }
}
