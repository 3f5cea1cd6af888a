import type { JsonSchema } from "../../model/chat-model.ts";
import { trusted } from "../../process/trusted.ts";
import { schemaCheck } from "../json-schema.ts";
import { PromptBroken } from "../prompt-broken.ts";
import type { PromptFileName } from "../prompt-name.ts";
import type { PromptDocument } from "../yaml.ts";
import { modelSettings } from "./model-settings.ts";
import { semanticKernelSchema } from "./semantic-kernel-schema.ts";
import type { SemanticKernelFile } from "./semantic-kernel-schema.ts";
import { messagesOf, undeclaredOf } from "./semantic-kernel-template.ts";

/** Keys by which a file of Semantic Kernel is known. */
const OWN_KEYS = ["template_format", "input_variables", "execution_settings", "output_variable"];

/** True for YAML as Semantic Kernel has it. */
export function isSemanticKernel(value: unknown): boolean {
  if (typeof value !== "object" || value === null || "schema" in value || "messages" in value) return false;
  return OWN_KEYS.some((key) => key in value) || "template" in value;
}

/** Where the parts of a converted document come from. */
const SOURCES: readonly (readonly [ours: string, theirs: string])[] = [
  ["/messages", "/template"],
  ["/input", "/input_variables"],
  ["/output", "/output_variable"],
  ["/model", "/execution_settings"],
];

/** A file of Semantic Kernel as a document of version 1. @throws PromptBroken with the place of what cannot be converted. */
export async function fromSemanticKernel(
  source: PromptDocument,
  named: PromptFileName,
): Promise<PromptDocument> {
  const refuse = (pointer: string, reason: string): never => {
    throw new PromptBroken(`${source.place(pointer)}: ${reason}`);
  };
  const [issue] = (await schemaCheck(semanticKernelSchema))(source.value);
  if (issue !== undefined)
    refuse(issue.path, `${issue.path || "the file"} ${issue.message} (Semantic Kernel YAML)`);
  const file = trusted<SemanticKernelFile>(source.value); // checked by the schema, just now
  if (file.allow_dangerously_set_content === true)
    refuse(
      "/allow_dangerously_set_content",
      "a value never opens a role here: remove allow_dangerously_set_content",
    );

  const { settings, pointer } = settingsOf(file, refuse);
  const {
    response_format: format,
    model_id: id,
    service_id: _,
    function_choice_behavior: functions,
    ...rest
  } = settings;
  if (isCalling(functions)) refuse(`${pointer}/function_choice_behavior`, "prompts call no functions");
  const output = outputOf(file, format, refuse, pointer);
  const template = ((): readonly unknown[] => {
    try {
      return messagesOf(file.template, file.template_format ?? "semantic-kernel");
    } catch (error) {
      return refuse("/template", error instanceof Error ? error.message : String(error));
    }
  })();
  const value = {
    schema: "agents.prompt/v1",
    name: named.name,
    version: named.frozen ?? "0.0.0",
    description: file.description || file.name || named.name,
    model: modelSettings(rest, typeof id === "string" ? id : null, (setting) =>
      refuse(`${pointer}/${setting}`, `the setting ${setting} cannot be converted`),
    ),
    input: inputOf(file, refuse),
    ...(output === null ? {} : { output }),
    messages: template,
  };
  return {
    value,
    place: (path) => {
      const from = SOURCES.find(([ours]) => path.startsWith(ours));
      return source.place(from === undefined ? path : from[1]);
    },
  };
}

type Refuse = (pointer: string, reason: string) => never;

function settingsOf({ execution_settings: all = {} }: SemanticKernelFile, refuse: Refuse) {
  const names = Object.keys(all);
  const name = "default" in all ? "default" : names[0];
  if (name === undefined) return { settings: {}, pointer: "/execution_settings" };
  if (name !== "default" && names.length > 1)
    refuse("/execution_settings", `of ${names.join(", ")} none is called default: one of them must be`);
  return { settings: all[name] ?? {}, pointer: `/execution_settings/${name}` };
}

function isCalling(functions: unknown): boolean {
  if (typeof functions !== "object" || functions === null) return false;
  return !("type" in functions && functions.type === "none");
}

function inputOf(file: SemanticKernelFile, refuse: Refuse): JsonSchema {
  const properties: Record<string, unknown> = {};
  const required: string[] = [];
  for (const [index, variable] of (file.input_variables ?? []).entries()) {
    const at = `/input_variables/${index}`;
    if (variable.allow_dangerously_set_content === true)
      refuse(
        `${at}/allow_dangerously_set_content`,
        "a value never opens a role here: remove allow_dangerously_set_content",
      );
    properties[variable.name] = {
      ...(variable.json_schema ? schemaIn(variable.json_schema, `${at}/json_schema`, refuse) : {}),
      ...(variable.description ? { description: variable.description } : {}),
      ...(variable.default === undefined || variable.default === null ? {} : { default: variable.default }),
    };
    if (variable.is_required !== false && (variable.default ?? null) === null) required.push(variable.name);
  }
  // Semantic Kernel takes a name that only the template has for a variable that may be left out.
  for (const name of undeclaredOf(file.template, file.template_format ?? "semantic-kernel"))
    properties[name] ??= {};
  return { type: "object", required, properties };
}

function outputOf(
  file: SemanticKernelFile,
  format: unknown,
  refuse: Refuse,
  pointer: string,
): JsonSchema | null {
  const declared = file.output_variable?.json_schema;
  if (declared) return schemaIn(declared, "/output_variable/json_schema", refuse);
  const kind = typeof format === "object" && format !== null && "type" in format ? format.type : format;
  if (kind === undefined || kind === null || kind === "text") return null;
  if (kind === "json_object") return { type: "object" };
  if (kind === "json_schema") {
    const { json_schema: inner } = trusted<{ json_schema?: { schema?: JsonSchema } }>(format);
    if (typeof inner?.schema === "object") return inner.schema;
  }
  return refuse(
    `${pointer}/response_format`,
    "this response_format cannot be converted: give output_variable a json_schema",
  );
}

function schemaIn(text: string, pointer: string, refuse: Refuse): JsonSchema {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return refuse(pointer, "json_schema is not JSON");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    return refuse(pointer, "json_schema is no JSON Schema");
  return trusted<JsonSchema>(parsed);
}
