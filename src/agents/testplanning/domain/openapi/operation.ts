import type { Schema, SchemaReader } from "./schema.ts";
import type { Resolver } from "./resolver.ts";
import type { Json } from "../constraint.ts";
import {
  DocumentUnreadable,
  entries,
  isJson,
  isObject,
  isScalar,
  list,
  member,
  textOf,
} from "./unreadable.ts";

export type Place = "path" | "query" | "header" | "cookie" | "body";

/** A parameter, or the whole body. */
export interface Input {
  readonly in: Place;
  readonly name: string;
  readonly required: boolean;
  readonly schema: Schema;
  /** The same as it stands in the document, for a {@link Judge}. */
  readonly raw: unknown;
  /** Whole values that the document gives as examples. */
  readonly examples: readonly Json[];
}

/** A status that the document names: `200`, `4XX` or `default`. */
export interface Status {
  readonly key: string;
  readonly description: string;
}

export interface Operation {
  /** As an id of a requirement. */
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly inputs: readonly Input[];
  readonly contentType: string | null;
  readonly statuses: readonly Status[];
  /** Whether somebody has to say who they are. */
  readonly secured: boolean;
  readonly notes: readonly string[];
}

export interface Api {
  readonly title: string;
  readonly version: string;
  readonly openapi: string;
  readonly operations: readonly Operation[];
  readonly notes: readonly string[];
}

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"] as const;
const MAX_OPERATIONS = 500;

/** Who reads a document. */
interface Readers {
  readonly resolver: Resolver;
  readonly reader: SchemaReader;
}

/** An operation before it is read. */
interface Found {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly item: unknown;
  readonly found: unknown;
}

/**
 * Reads the operations of a document of OpenAPI 3.0 or 3.1.
 *
 * @param only ids of operations; empty for all
 * @throws DocumentUnreadable
 */
export function readApi(document: unknown, only: readonly string[], readers: Readers): Api {
  const openapi = versionOf(document);
  const all = operationsOf(document, readers.resolver);
  const unknown = only.find((id) => all.every((each) => each.id !== id));
  if (unknown !== undefined)
    throw new DocumentUnreadable("operations", `The document has no operation with the id ${unknown}.`);
  const wanted = only.length === 0 ? all : all.filter(({ id }) => only.includes(id));
  if (wanted.length > MAX_OPERATIONS)
    throw new DocumentUnreadable(
      "paths",
      `The document has ${wanted.length} operations; ${MAX_OPERATIONS} are the most. Name some of them.`,
    );
  const global = list(member(document, "security"));
  const hooks = entries(member(document, "webhooks")).length;
  return {
    title: textOf(member(member(document, "info"), "title")) ?? "API",
    version: textOf(member(member(document, "info"), "version")) ?? "",
    openapi,
    operations: wanted.map((each) => readOperation(each, global, readers)),
    notes: hooks === 0 ? [] : [`Webhooks are not tested (${hooks}): the API calls them.`],
  };
}

function operationsOf(document: unknown, resolver: Resolver): Found[] {
  const paths = entries(member(document, "paths"));
  if (paths.length === 0)
    throw new DocumentUnreadable("paths", "The document has no paths, so there is nothing to test.");
  const taken = new Map<string, number>();
  const all = paths.flatMap(([path, raw]) => {
    const item = resolver.resolve(raw, `paths.${path}`).value;
    return METHODS.flatMap((method): Found[] => {
      const found = member(item, method);
      if (!isObject(found)) return [];
      const id = idOf(textOf(found["operationId"]) ?? method + path, method);
      const count = (taken.get(id) ?? 0) + 1;
      taken.set(id, count);
      return [{ id: count === 1 ? id : `${id}-${count}`, method, path, item, found }];
    });
  });
  if (all.length === 0)
    throw new DocumentUnreadable("paths", "No path has an operation, so there is nothing to test.");
  return all;
}

function versionOf(document: unknown): string {
  if (!isObject(document)) throw new DocumentUnreadable("document", "The document is no object.");
  const version = textOf(document["openapi"]);
  if (version !== undefined && /^3\.[01]\.\d+/u.test(version)) return version;
  const found =
    version !== undefined
      ? `"openapi": "${version.slice(0, 20)}"`
      : document["swagger"] === undefined
        ? 'no member "openapi"'
        : "a Swagger 2 document";
  throw new DocumentUnreadable("openapi", `Expected OpenAPI 3.0 or 3.1, found ${found}.`);
}

function readOperation(
  { id, method, path, item, found }: Found,
  global: readonly unknown[],
  { resolver, reader }: Readers,
): Operation {
  const where = `paths.${path}.${method}`;
  const named = textOf(member(found, "operationId")) !== undefined;
  const notes = !named ? ["It has no operationId; its id is made from method and path."] : [];
  const parameters = new Map<string, Input>();
  for (const raw of [...list(member(item, "parameters")), ...list(member(found, "parameters"))]) {
    const input = readParameter(resolver.resolve(raw, where).value, where, reader);
    if (input !== null) parameters.set(keyOf(input), input);
  }
  for (const [, name = ""] of path.matchAll(/\{([^{}]+)\}/gu))
    if (!parameters.has(keyOf({ in: "path", name })))
      notes.push(`The path names {${name}}, and no parameter describes it.`);
  const body = readBody(resolver.resolve(member(found, "requestBody") ?? {}, where).value, where, reader);
  if (body?.input === null)
    notes.push(`Its body (${body.contentType}) is no JSON, so only its statuses are tested.`);
  for (const [name] of entries(member(found, "callbacks")))
    notes.push(`Its callback ${name.slice(0, 100)} is not tested: the API calls it.`);
  const statuses = entries(member(found, "responses")).flatMap(([key, raw]) => {
    if (key.startsWith("x-")) return [];
    if (!/^(?:[1-5]\d\d|[1-5]XX|default)$/u.test(key)) {
      notes.push(
        `The status "${key.slice(0, 20)}" is none that OpenAPI knows (such as 404 or 4XX), so it has no case.`,
      );
      return [];
    }
    const response = resolver.resolve(raw, `${where}.responses.${key}`).value;
    return [{ key, description: textOf(member(response, "description")) ?? "" }];
  });
  const security = member(found, "security");
  const needs = Array.isArray(security) ? security : global;
  return {
    id,
    method: method.toUpperCase(),
    path,
    summary: textOf(member(found, "summary")) ?? "",
    inputs: [...parameters.values(), ...(body?.input ? [body.input] : [])],
    contentType: body?.contentType ?? null,
    statuses,
    secured: needs.length > 0 && needs.every((each) => entries(each).length > 0),
    notes,
  };
}

/** What makes two parameters one: names of headers are the same in any letters. */
function keyOf({ in: place, name }: Pick<Input, "in" | "name">): string {
  return `${place} ${place === "header" ? name.toLowerCase() : name}`;
}

function idOf(text: string, method: string): string {
  const plain = text.replaceAll(/[^A-Za-z0-9._-]+/gu, "-").replaceAll(/^[-._]+|[-._]+$/gu, "");
  return plain === "" ? method : plain.slice(0, 56);
}

/** Headers that OpenAPI leaves to other parts of the document. */
const IGNORED = new Set(["accept", "content-type", "authorization"]);

function readParameter(raw: unknown, where: string, reader: SchemaReader): Input | null {
  const [name, place] = [textOf(member(raw, "name")), textOf(member(raw, "in"))];
  if (
    name === undefined ||
    !(place === "path" || place === "query" || place === "header" || place === "cookie")
  )
    throw new DocumentUnreadable(
      `${where}.parameters`,
      "A parameter has a name, and is in path, query, header or cookie.",
    );
  if (place === "header" && IGNORED.has(name.toLowerCase())) return null;
  const [content] = entries(member(raw, "content"));
  const schema = member(raw, "schema") ?? member(content?.[1], "schema") ?? {};
  const read = reader.read(schema, `${where} ${place} ${name.replaceAll(".", "_")}`);
  const examples = examplesOf(raw);
  return {
    in: place,
    name,
    required: place === "path" || member(raw, "required") === true,
    schema: { ...read, examples: [...examples.filter(isScalar), ...read.examples] },
    raw: schema,
    examples,
  };
}

interface Body {
  readonly contentType: string;
  /** Null where it is no JSON. */
  readonly input: Input | null;
}

function readBody(raw: unknown, where: string, reader: SchemaReader): Body | null {
  const content = entries(member(raw, "content"));
  const json = content.find(([type]) => /^application\/(?:json|[\w.+-]+\+json)\b/iu.test(type));
  const [contentType, media] = json ?? content[0] ?? [];
  if (contentType === undefined) return null;
  const required = member(raw, "required") === true;
  if (json === undefined) return { contentType, input: null };
  const own = member(media, "schema") ?? {};
  const schema = reader.read(own, `${where} body`);
  const examples = [...examplesOf(media), ...examplesOf(own)];
  return { contentType, input: { in: "body", name: "body", required, schema, raw: own, examples } };
}

/** The examples of a parameter, a body or a schema, as each of them may give them. */
function examplesOf(value: unknown): Json[] {
  const several = member(value, "examples");
  const named = entries(several).map(([, each]) => member(each, "value"));
  return [member(value, "example"), ...named, ...list(several)].filter(isJson);
}
