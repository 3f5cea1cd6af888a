import { createHash } from "node:crypto";
import { basename } from "node:path";
import type { JsonSchema } from "../model/chat-model.ts";
import type { PromptExample, PromptTest } from "./prompt.ts";
import { PromptBroken } from "./prompt-broken.ts";
import { parseFileName } from "./prompt-name.ts";
import { readDocument } from "./read-document.ts";
import { promptFileSchema } from "./prompt-file-schema.ts";
import { schemaCheck, SchemaInvalid } from "./json-schema.ts";
import type { SchemaCheck } from "./json-schema.ts";
import { compileTemplate } from "./template.ts";
import { PromptInputInvalid } from "./prompt.ts";
import type { Prompt } from "./prompt.ts";
import { trusted } from "../process/trusted.ts";

interface PromptFile {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly labels?: readonly string[];
  readonly model?: {
    readonly options?: { temperature?: number; maxOutputTokens?: number; seed?: number };
    readonly overrides?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
  readonly input: JsonSchema;
  readonly output?: JsonSchema;
  readonly template?: "handlebars" | "none";
  readonly messages: readonly { readonly role: "system" | "user" | "assistant"; readonly content: string }[];
  readonly examples?: readonly PromptExample[];
  readonly tests?: readonly PromptTest[];
  readonly cache?: { readonly ttlSeconds?: number };
}

/**
 * Reads the text of one prompt file: YAML (or a format that is converted to it), checked against the file format, its schemas
 * compiled, its templates parsed, its examples checked. What this accepts can be rendered.
 *
 * @throws PromptBroken
 */
export async function readPrompt(file: string, text: string): Promise<Prompt> {
  const document = await readDocument(file, text);
  const at: PlaceOf = document.place;
  const read = await checkFormat(document.value, at);
  checkFileName(file, read, at);
  const checkInput = await compileSchema(read.input, "/input", at);
  const checkOutput = read.output === undefined ? null : await compileSchema(read.output, "/output", at);
  const templates = await compileMessages(read, at);
  checkExamples(read.examples ?? [], checkInput, checkOutput, at);

  const defaults = defaultsOf(read.input);
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 12);
  const ref = `${read.name}@${read.version}+${hash}`;
  return {
    name: read.name,
    version: read.version,
    ref,
    description: read.description,
    labels: read.labels ?? [],
    file,
    model: { options: read.model?.options ?? {}, overrides: read.model?.overrides ?? {} },
    input: read.input,
    output: read.output ?? null,
    examples: read.examples ?? [],
    tests: read.tests ?? [],
    cacheSeconds: read.cache?.ttlSeconds ?? null,
    render: (given) => {
      const input = { ...defaults, ...given };
      const [wrong] = checkInput(input);
      if (wrong !== undefined) {
        throw new PromptInputInvalid(
          `The values for ${ref} do not fit: ${wrong.path || "the input"} ${wrong.message}`,
        );
      }
      return templates.map(({ role, render }) => ({ role, content: render(input) }));
    },
    check: (output) => checkOutput?.(output) ?? [],
  };
}

/** `file:line:column` of a JSON Pointer into the file. */
type PlaceOf = (pointer: string) => string;

async function checkFormat(value: unknown, at: PlaceOf): Promise<PromptFile> {
  const formatIssues = await schemaCheck(promptFileSchema);
  const [issue] = formatIssues(value);
  if (issue === undefined) return trusted<PromptFile>(value); // checked by the schema, just now
  throw new PromptBroken(`${at(issue.path)}: ${issue.path || "the file"} ${issue.message}`);
}

function checkFileName(file: string, { name, version }: PromptFile, at: PlaceOf): void {
  const named = parseFileName(basename(file));
  if (named !== null && name !== named.name)
    throw new PromptBroken(
      `${at("/name")}: the name is "${name}", expected "${named.name}", the stem of the file`,
    );
  if (named?.frozen && version !== named.frozen)
    throw new PromptBroken(
      `${at("/version")}: the version is "${version}", expected "${named.frozen}", as in the name of the file`,
    );
}

async function compileSchema(schema: JsonSchema, path: string, at: PlaceOf): Promise<SchemaCheck> {
  try {
    return await schemaCheck(schema);
  } catch (error) {
    if (!(error instanceof SchemaInvalid)) throw error;
    const where = `${path}${error.path}`;
    throw new PromptBroken(`${at(where)}: ${where}: ${error.message}`, { cause: error });
  }
}

async function compileMessages({ messages, template, input }: PromptFile, at: PlaceOf) {
  return await Promise.all(
    messages.map(async ({ role, content }, index) => {
      try {
        // Without a template a message is sent as it is: braces in it mean nothing.
        const render = template === "none" ? () => content : await compileTemplate(content, input);
        return { role, render };
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new PromptBroken(`${at(`/messages/${index}/content`)}: ${reason}`, { cause: error });
      }
    }),
  );
}

function checkExamples(
  examples: readonly PromptExample[],
  checkInput: SchemaCheck,
  checkOutput: SchemaCheck | null,
  at: PlaceOf,
): void {
  for (const [index, example] of examples.entries()) {
    const wrong =
      checkInput(example.input).map((found) => ({ ...found, path: `/input${found.path}` }))[0] ??
      checkOutput?.(example.output).map((found) => ({ ...found, path: `/output${found.path}` }))[0];
    if (wrong === undefined) continue;
    const path = `/examples/${index}${wrong.path}`;
    throw new PromptBroken(`${at(path)}: example ${index + 1}: ${wrong.path} ${wrong.message}`);
  }
}

/** What members of the input are where they are left out. */
function defaultsOf({ properties }: JsonSchema): Readonly<Record<string, unknown>> {
  if (typeof properties !== "object" || properties === null) return {};
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, schema]: [string, unknown]) =>
      typeof schema === "object" && schema !== null && "default" in schema ? [[name, schema.default]] : [],
    ),
  );
}
