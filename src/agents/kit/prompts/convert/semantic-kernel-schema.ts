import type { JsonSchema } from "../../model/chat-model.ts";

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;

/** What Semantic Kernel's YAML may hold (`PromptTemplateConfig`, names in snake case). */
export const semanticKernelSchema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  required: ["template"],
  properties: {
    name: text,
    description: text,
    template_format: text,
    template: { type: "string", minLength: 1 },
    allow_dangerously_set_content: flag,
    input_variables: {
      type: "array",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["name"],
        properties: {
          name: { type: "string", pattern: "^\\w+$" },
          description: text,
          default: true,
          is_required: flag,
          json_schema: text,
          allow_dangerously_set_content: flag,
          sample: true,
        },
      },
    },
    output_variable: {
      type: "object",
      additionalProperties: false,
      properties: { description: text, json_schema: text },
    },
    execution_settings: { type: "object", additionalProperties: { type: "object" } },
  },
};

/** A file that fits the schema. */
export interface SemanticKernelFile {
  readonly name?: string;
  readonly description?: string;
  readonly template_format?: string;
  readonly template: string;
  readonly allow_dangerously_set_content?: boolean;
  readonly input_variables?: readonly InputVariable[];
  readonly output_variable?: { readonly json_schema?: string };
  readonly execution_settings?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

interface InputVariable {
  readonly name: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly is_required?: boolean;
  readonly json_schema?: string;
  readonly allow_dangerously_set_content?: boolean;
}
