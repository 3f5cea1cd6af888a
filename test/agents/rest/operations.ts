import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { REPO } from "../../helpers/cli.ts";

const parameter = z.looseObject({ name: z.string(), in: z.string(), required: z.boolean().default(false) });
const media = z.record(z.string(), z.looseObject({ schema: z.looseObject({}) }));
const response = z.looseObject({ content: media.optional() });
const operation = z.looseObject({
  operationId: z.string().optional(),
  parameters: z.array(parameter).default([]),
  requestBody: z.looseObject({ content: media }).optional(),
  responses: z.record(z.string(), response),
});
const schemas = z.record(z.string(), z.looseObject({ examples: z.array(z.unknown()).default([]) }));
const document = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.looseObject({ schemas }),
});

/** One documented operation of an agent. */
export interface Operation {
  readonly operationId: string | undefined;
  readonly method: string;
  /** With its `{parameters}`. */
  readonly path: string;
  readonly headers: readonly string[];
  readonly queries: readonly string[];
  readonly hasBody: boolean;
  readonly responses: z.infer<typeof operation>["responses"];
}

function documentOf(agent: string): z.infer<typeof document> {
  return document.parse(JSON.parse(readFileSync(join(REPO, `docs/openapi/${agent}.json`), "utf8")));
}

/** The bodies that docs/openapi gives as examples, by method and path below `/api/<agent>`. */
export function documentedBodies(agent: string): Readonly<Record<string, unknown>> {
  const { paths, components } = documentOf(agent);
  const bodies = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { requestBody }]) => {
      const named = String(requestBody?.content["application/json"]?.schema["$ref"]).split("/").at(-1) ?? "";
      const [example] = components.schemas[named]?.examples ?? [];
      return [`${method.toUpperCase()} ${path.replace(`/api/${agent}`, "")}`, example] as const;
    }),
  );
  return Object.fromEntries(bodies.filter(([, example]) => example !== undefined));
}

/** What docs/openapi says that an agent can be asked. */
export function operationsOf(agent: string): readonly Operation[] {
  return Object.entries(documentOf(agent).paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, parameters, requestBody, responses }]) => ({
      operationId,
      method: method.toUpperCase(),
      path,
      headers: parameters.filter((each) => each.in === "header").map(({ name }) => name),
      queries: parameters.filter((each) => each.in === "query").map(({ name }) => name),
      hasBody: requestBody !== undefined,
      responses,
    })),
  );
}

/** A path with ids in the place of its parameters. */
export function filled(path: string, ids: Readonly<Record<string, string>>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? crypto.randomUUID());
}
