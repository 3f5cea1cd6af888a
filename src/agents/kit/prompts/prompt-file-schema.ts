import type { JsonSchema } from "../model/chat-model.ts";

const anyObject = { type: "object" } as const;

const assertion = {
  type: "object",
  additionalProperties: false,
  minProperties: 1,
  properties: {
    schema: { const: true, description: "The output fits the prompt's schema" },
    path: {
      type: "string",
      pattern: "^(/.*)?$",
      description: "JSON Pointer to a value that must be there; left out, the whole output",
    },
    equals: true,
    in: { type: "array", minItems: 1 },
    contains: { description: "A part of a text, or an item of a list" },
    matches: { type: "string", format: "regex", description: "Regular expression that a text matches" },
  },
} as const;

/** JSON Schema of the prompt file format, version 1. Published as schemas/prompt.v1.schema.json. */
export const promptFileSchema: JsonSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "urn:agents:schema:prompt:v1",
  title: "Prompt file, version 1",
  description: "One prompt of an agent: prompts/<agent>/<name>.yaml",
  type: "object",
  additionalProperties: false,
  required: ["schema", "name", "version", "description", "input", "messages"],
  properties: {
    schema: { const: "agents.prompt/v1", description: "Version of this file format" },
    name: { type: "string", pattern: "^[a-z][a-z0-9-]*$", description: "The stem of the file" },
    version: {
      type: "string",
      pattern: "^\\d+\\.\\d+\\.\\d+(-[0-9A-Za-z.-]+)?$",
      description: "Semantic version, in quotes (YAML reads 1.10 as 1.1)",
    },
    description: { type: "string", minLength: 1 },
    labels: { type: "array", items: { enum: ["stable", "canary", "deprecated"] } },
    model: {
      type: "object",
      additionalProperties: false,
      properties: {
        id: { type: "string" },
        options: {
          type: "object",
          additionalProperties: false,
          properties: {
            temperature: { type: "number", minimum: 0, maximum: 2 },
            maxOutputTokens: { type: "integer", minimum: 1 },
            seed: { type: "integer" },
          },
        },
        requires: { type: "array", items: { enum: ["json", "tools", "vision"] } },
        overrides: {
          type: "object",
          description: "Settings that one provider alone knows, keyed by its name",
          additionalProperties: anyObject,
        },
      },
    },
    input: { ...anyObject, description: "JSON Schema of the values", required: ["type"] },
    output: { ...anyObject, description: "JSON Schema of the answer; left out, the answer is text" },
    template: { enum: ["handlebars", "none"], default: "handlebars" },
    messages: {
      type: "array",
      minItems: 1,
      items: {
        type: "object",
        additionalProperties: false,
        required: ["role", "content"],
        properties: {
          role: { enum: ["system", "user", "assistant"] },
          content: { type: "string", minLength: 1 },
        },
      },
    },
    examples: {
      type: "array",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["input", "output"],
        properties: { name: { type: "string" }, input: anyObject, output: true },
      },
    },
    tests: {
      type: "array",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["name", "input", "assert"],
        properties: {
          name: { type: "string", minLength: 1 },
          input: anyObject,
          assert: { type: "array", minItems: 1, items: assertion },
        },
      },
    },
    cache: {
      type: "object",
      additionalProperties: false,
      properties: { ttlSeconds: { type: "integer", minimum: 0 }, scope: { type: "string" } },
    },
  },
};
