import { OpenAPIHono } from "@hono/zod-openapi";
import type { CommandRoute, QueryRoute } from "../handling/routes.ts";
import { trusted } from "../process/trusted.ts";
import type { AppParts } from "./app-parts.ts";
import { Schemas } from "./openapi-schemas.ts";
import type { SchemaObject } from "./openapi-schemas.ts";

type Registry = OpenAPIHono["openAPIRegistry"];
type RouteConfig = Parameters<Registry["registerPath"]>[0];
type Described = Pick<AppParts, "name" | "description" | "commands" | "queries">;

const TEXT = { type: "string" } as const;
const PROBLEM: SchemaObject = {
  type: "object",
  description: "A problem document (RFC 9457)",
  required: ["type", "title", "status", "detail", "instance"],
  properties: {
    type: { ...TEXT, description: "Stable: urn:agents:problem:…" },
    title: TEXT,
    status: { type: "integer" },
    detail: TEXT,
    instance: TEXT,
    hint: { ...TEXT, description: "What to do about it" },
    errors: {
      type: "array",
      items: { type: "object", required: ["path", "message"], properties: { path: TEXT, message: TEXT } },
    },
  },
};

/** The OpenAPI 3.1 document of an agent's commands and queries. */
export function openApiDocument(parts: Described): object {
  const app = new OpenAPIHono();
  const registry = app.openAPIRegistry;
  const schemas = new Schemas((name, schema) => {
    // OpenAPI 3.1 takes JSON Schema as it is; the library's type is narrower.
    registry.registerComponent(
      "schemas",
      name,
      trusted<Parameters<Registry["registerComponent"]>[2]>(schema),
    );
  });
  const problem = schemas.add("Problem", PROBLEM);
  for (const route of [...parts.commands, ...parts.queries]) {
    registry.registerPath(trusted<RouteConfig>(describe(parts.name, route, schemas, problem)));
  }
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: parts.name, description: parts.description, version: "1" },
    servers: [{ url: "/" }],
  });
}

function describe(
  agent: string,
  route: CommandRoute | QueryRoute,
  schemas: Schemas,
  problem: SchemaObject,
): object {
  const path = `/api/${agent}${route.path.replaceAll(/:([A-Za-z][A-Za-z0-9]*)/g, "{$1}")}`;
  const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1] ?? "");
  const input = schemas.of(`${route.name}Input`, route.input, "input");
  const result = schemas.of(`${route.name}Result`, route.output, "output");
  const members = schemas.membersOf(input);
  const rest = members.filter(({ name }) => !inPath.includes(name));
  const parameters: object[] = members
    .filter(({ name }) => inPath.includes(name) || route.kind === "query")
    .map(({ name, schema, required }) =>
      inPath.includes(name)
        ? { name, in: "path", required: true, schema }
        : { name, in: "query", required, schema },
    );
  if (route.kind === "command") parameters.push(...headersOf(route));
  const body = inPath.length === 0 ? input : toObject(rest);
  const hasBody = route.kind === "command" && (route.method !== "delete" || rest.length > 0);
  return {
    method: route.method,
    path,
    operationId: route.name,
    summary: route.name,
    ...(route.description === undefined ? {} : { description: route.description }),
    tags: [route.kind === "command" ? "Commands" : "Queries"],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(hasBody
      ? { requestBody: { required: true, content: { "application/json": { schema: body } } } }
      : {}),
    responses: {
      200: {
        description: "Done",
        content: { "application/json": { schema: route.kind === "query" ? result : answer(result) } },
      },
      default: { description: "A problem", content: { "application/problem+json": { schema: problem } } },
    },
  };
}

function header(name: string, description: string): object {
  return { name, in: "header", required: false, description, schema: TEXT };
}

/** The headers that a command takes beside its input. */
function headersOf({ conditional }: CommandRoute): readonly object[] {
  const key = header(
    "Idempotency-Key",
    "For 7 days a repetition with the same key does nothing and gets the same answer",
  );
  const match = header("If-Match", "The ETag that the aggregate must have; otherwise 412");
  return conditional ? [key, match] : [key];
}

function toObject(members: ReturnType<Schemas["membersOf"]>): SchemaObject {
  return {
    type: "object",
    required: members.filter(({ required }) => required).map(({ name }) => name),
    properties: Object.fromEntries(members.map(({ name, schema }) => [name, schema])),
  };
}

/** What a command is answered with, around its result. */
function answer(result: SchemaObject): SchemaObject {
  const event = { type: "object", required: ["id", "eventType"], properties: { id: TEXT, eventType: TEXT } };
  return {
    type: "object",
    required: ["correlationId", "result", "events", "generatedBy", "promptRef"],
    properties: {
      correlationId: TEXT,
      result,
      events: { type: "array", items: event },
      generatedBy: { enum: ["live", "cassette", "sample", null] },
      promptRef: { type: ["string", "null"] },
    },
  };
}
