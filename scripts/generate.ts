// Writes what is derived from code: a JSON Schema for each event type, that of the prompt file format, the AsyncAPI document
// of all events and the OpenAPI document of each agent. With --check it writes nothing and ends with 1 when a file is
// missing, stale or left over.
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import config from "../agents.config.ts";
import own from "../package.json" with { type: "json" };
import { promptFileSchema } from "../src/agents/kit/prompts/prompt-file-schema.ts";
import { ownAgents } from "./generate/agents.ts";
import { asyncApi } from "./generate/asyncapi.ts";
import { eventSchemas } from "./generate/event-schemas.ts";
import { openApiOf } from "./generate/openapi.ts";

const root = join(import.meta.dirname, "..");
const HEAD = "# Generated from the agents' events.ts and agents.config.ts: npm run generate.\n";

async function readIfThere(file: string): Promise<string | null> {
  return await readFile(file, "utf8").catch(() => null);
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

async function expectedFiles(): Promise<ReadonlyMap<string, string>> {
  const agents = await ownAgents(root);
  const files = new Map([...eventSchemas(agents)].map(([path, schema]) => [path, json(schema)]));
  files.set("schemas/prompt.v1.schema.json", json(promptFileSchema));
  const subscriptions = Object.fromEntries(
    Object.entries(config.agents).map(([name, { subscribes }]) => [name, subscribes ?? []]),
  );
  files.set(
    "docs/asyncapi.yaml",
    HEAD + stringify(asyncApi(agents, subscriptions, own.version), { aliasDuplicateObjects: false }),
  );
  const documents = await Promise.all(agents.map(async (agent) => await openApiOf(agent, root)));
  for (const [index, document] of documents.entries())
    files.set(`docs/openapi/${agents[index]?.name ?? ""}.json`, json(document));
  return files;
}

/** Files of a folder that belong to nothing any more. */
async function leftOver(
  folder: string,
  ending: string,
  files: ReadonlyMap<string, string>,
): Promise<readonly string[]> {
  const present = await readdir(join(root, folder)).catch(() => []);
  return present
    .map((name) => `${folder}/${name}`)
    .filter((path) => path.endsWith(ending) && !files.has(path));
}

const files = await expectedFiles();
const stale: string[] = [];
for (const [path, content] of files) {
  if ((await readIfThere(join(root, path))) !== content) stale.push(path);
}
const gone = [
  ...(await leftOver("events", ".schema.json", files)),
  ...(await leftOver("docs/openapi", ".json", files)),
];

if (process.argv.includes("--check")) {
  for (const path of stale) process.stdout.write(`${path} is not what the code says\n`);
  for (const path of gone) process.stdout.write(`${path} belongs to nothing\n`);
  if (stale.length + gone.length > 0) {
    process.stdout.write("Run: npm run generate\n");
    process.exitCode = 1;
  }
} else {
  for (const path of stale) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), files.get(path) ?? "");
    process.stdout.write(`wrote ${path}\n`);
  }
  for (const path of gone) {
    await rm(join(root, path));
    process.stdout.write(`removed ${path}\n`);
  }
}
