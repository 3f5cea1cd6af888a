import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { CommandRoute, QueryRoute } from "../handling/routes.ts";
import type { AppParts } from "./app-parts.ts";

type Described = Pick<AppParts, "name" | "description" | "commands" | "queries">;

const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  instance: z.string(),
  hint: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

/** The OpenAPI 3.1 document of an agent's commands and queries. */
export function openApiDocument(parts: Described): object {
  const app = new OpenAPIHono();
  for (const route of [...parts.commands, ...parts.queries])
    app.openAPIRegistry.registerPath(describe(parts.name, route));
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: parts.name, description: parts.description, version: "1" },
    servers: [{ url: "/" }],
  });
}

function describe(agent: string, route: CommandRoute | QueryRoute): ReturnType<typeof createRoute> {
  const path = `/api/${agent}${route.path.replaceAll(/:([A-Za-z][A-Za-z0-9]*)/g, "{$1}")}`;
  const names = [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1] ?? "");
  const params = pick(route.input, (name) => names.includes(name));
  const rest = names.length === 0 ? route.input : pick(route.input, (name) => !names.includes(name));
  return createRoute({
    method: route.method,
    path,
    operationId: route.name,
    summary: route.name,
    ...(route.description === undefined ? {} : { description: route.description }),
    tags: [route.kind === "command" ? "Commands" : "Queries"],
    request: {
      ...(names.length === 0 ? {} : { params }),
      ...(route.kind === "query"
        ? { query: pick(rest, () => true) }
        : { body: { required: true, content: { "application/json": { schema: rest } } } }),
    },
    responses: {
      200: { description: "Done", content: { "application/json": { schema: answer(route) } } },
      default: {
        description: "A problem (RFC 9457)",
        content: { "application/problem+json": { schema: problem } },
      },
    },
  });
}

function answer(route: CommandRoute | QueryRoute): z.ZodType {
  if (route.kind === "query") return route.output;
  return z.object({
    correlationId: z.string(),
    result: route.output,
    events: z.array(z.object({ id: z.string(), eventType: z.string() })),
    generatedBy: z.enum(["live", "cassette", "sample"]).nullable(),
    promptRef: z.string().nullable(),
  });
}

/** The members of an object schema whose names fit; an empty object where the schema is no object. */
function pick(schema: z.ZodType, fits: (name: string) => boolean): z.ZodObject {
  const shape = schema instanceof z.ZodObject ? schema.shape : {};
  return z.object(Object.fromEntries(Object.entries(shape).filter(([name]) => fits(name))));
}
