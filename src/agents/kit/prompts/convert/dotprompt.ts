import type { JsonSchema } from "../../model/chat-model.ts";
import { trusted } from "../../process/trusted.ts";
import { schemaCheck } from "../json-schema.ts";
import { PromptBroken } from "../prompt-broken.ts";
import type { PromptFileName } from "../prompt-name.ts";
import type { PromptDocument } from "../yaml.ts";
import { parseYaml } from "../yaml.ts";
import { messagesIn } from "./dotprompt-body.ts";
import { modelSettings } from "./model-settings.ts";
import { fromPicoschema } from "./picoschema.ts";

const FRONT = /^(\s*)---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|$)(.*)$/s;
const anyObject = { type: "object" } as const;

const frontSchema: JsonSchema = {
  type: ["object", "null"],
  additionalProperties: false,
  patternProperties: { "\\.": true }, // other programs' own
  properties: {
    name: { type: "string" },
    version: { type: "string" },
    description: { type: "string" },
    model: { type: "string" },
    config: anyObject,
    input: { type: "object", additionalProperties: false, properties: { schema: true, default: anyObject } },
    output: {
      type: "object",
      additionalProperties: false,
      properties: { schema: true, format: { type: "string" } },
    },
    metadata: true,
    ext: true,
    variant: true,
    tools: true,
    toolDefs: true,
  },
};

interface Front {
  readonly name?: string;
  readonly version?: string;
  readonly description?: string;
  readonly model?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly input?: { readonly schema?: unknown; readonly default?: Readonly<Record<string, unknown>> };
  readonly output?: { readonly schema?: unknown; readonly format?: string };
  readonly variant?: unknown;
  readonly tools?: unknown;
  readonly toolDefs?: unknown;
}

/** A `.prompt` file (dotprompt) as a document of version 1. @throws PromptBroken with the place of what cannot be converted. */
export async function fromDotprompt(
  file: string,
  text: string,
  named: PromptFileName,
): Promise<PromptDocument> {
  const [, blank = "", yaml = "", body = text] = FRONT.exec(text) ?? [];
  // Blank lines before it, so that a place in it is one of the file.
  const source = parseYaml(file, `${blank}\n${yaml}`);
  const refuse = (pointer: string, reason: string): never => {
    throw new PromptBroken(`${source.place(pointer)}: ${reason}`);
  };
  const [issue] = (await schemaCheck(frontSchema))(source.value);
  if (issue !== undefined)
    refuse(issue.path, `${issue.path || "the front matter"} ${issue.message} (dotprompt)`);
  const front = trusted<Front | null>(source.value) ?? {}; // checked by the schema, just now
  for (const key of ["tools", "toolDefs", "variant"] as const)
    if (front[key] !== undefined) refuse(`/${key}`, `${key} cannot be converted: ${WHY[key]}`);

  const firstLine = text.slice(0, text.length - body.length).split("\n").length;
  const bodyPlace = (line: number): string => `${file}:${firstLine + line}:1`;
  const messages = messagesIn(body, (line, reason) => {
    throw new PromptBroken(`${bodyPlace(line)}: ${reason}`);
  });
  const schemaAt = (pointer: string, schema: unknown): JsonSchema => {
    try {
      return fromPicoschema(schema);
    } catch (error) {
      return refuse(pointer, error instanceof Error ? error.message : String(error));
    }
  };
  const output = outputOf(front, schemaAt, refuse);
  const value = {
    schema: "agents.prompt/v1",
    name: front.name ?? named.name,
    version: front.version ?? named.frozen ?? "0.0.0",
    description: front.description || named.name,
    model: modelSettings(front.config ?? {}, front.model ?? null, (setting) =>
      refuse(`/config/${setting}`, `the setting ${setting} cannot be converted`),
    ),
    input: inputOf(front, schemaAt),
    ...(output === null ? {} : { output }),
    messages: messages.map(({ role, content }) => ({ role, content })),
  };
  return {
    value,
    place: (pointer) => {
      const message = /^\/messages\/(\d+)/.exec(pointer)?.[1];
      if (message !== undefined) return bodyPlace(messages[Number(message)]?.line ?? 0);
      if (pointer.startsWith("/messages")) return bodyPlace(0);
      return source.place(
        pointer.replace(/^\/(input|output)/, "/$1/schema").replace(/^\/model\/options/, "/config"),
      );
    },
  };
}

const WHY = {
  tools: "prompts call no functions",
  toolDefs: "prompts call no functions",
  variant: "give it a version and a label, or a name of its own",
} as const;

function inputOf(
  { input = {} }: Front,
  schemaAt: (pointer: string, schema: unknown) => JsonSchema,
): JsonSchema {
  // Without a schema any value goes in.
  const schema =
    input.schema === undefined
      ? { type: "object", additionalProperties: true }
      : schemaAt("/input/schema", input.schema);
  const properties: Record<string, unknown> = {
    ...trusted<Record<string, object> | undefined>(schema["properties"]),
  };
  const required = trusted<readonly string[] | undefined>(schema["required"]) ?? [];
  for (const [name, value] of Object.entries(input.default ?? {}))
    properties[name] = { ...trusted<object | undefined>(properties[name]), default: value };
  return {
    ...schema,
    type: "object",
    properties,
    required: required.filter((name) => !(name in (input.default ?? {}))),
  };
}

function outputOf(
  { output = {} }: Front,
  schemaAt: (pointer: string, schema: unknown) => JsonSchema,
  refuse: (pointer: string, reason: string) => never,
): JsonSchema | null {
  const format = output.format ?? (output.schema === undefined ? "text" : "json");
  if (format === "text") return null;
  if (format !== "json")
    refuse("/output/format", `the format "${format}" cannot be converted: only json and text can`);
  return output.schema === undefined
    ? { type: ["object", "array"] }
    : schemaAt("/output/schema", output.schema);
}
