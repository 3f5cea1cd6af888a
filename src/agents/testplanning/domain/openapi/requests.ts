import type { Json } from "../constraint.ts";
import { expand, isRepeated, short, type TestCase } from "../design/design.ts";
import { listOf, validValue } from "./constraints.ts";
import type { Field } from "./fields.ts";
import { subjectOf } from "./fields.ts";
import type { Judge } from "./judge.ts";
import type { Input, Operation } from "./operation.ts";

/** A request as data; who sends it puts it on the wire. A long value in it is written short, as in a case of a rule. */
export interface ApiRequest {
  readonly path: { readonly [name: string]: Json };
  readonly query: { readonly [name: string]: Json };
  readonly headers: { readonly [name: string]: Json };
  readonly cookies: { readonly [name: string]: Json };
  /** Undefined: none. */
  readonly body?: Json;
}

/** Where a request has what stands at a place. */
const BAGS = { path: "path", query: "query", header: "headers", cookie: "cookies" } as const;

/** The same request with its long values written short. */
export function shortened(request: ApiRequest): ApiRequest {
  const all = (values: ApiRequest["query"]) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, shortValue(value)]));
  const { path, query, headers, cookies, body } = request;
  const rest = { path: all(path), query: all(query), headers: all(headers), cookies: all(cookies) };
  return body === undefined ? rest : { ...rest, body: shortValue(body) };
}

function shortValue(value: Json): Json {
  if (typeof value === "string") {
    const once = short(value);
    return isRepeated(once) ? { $repeat: once.$repeat, $times: once.$times } : value;
  }
  if (Array.isArray(value)) return value.map(shortValue);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shortValue(each)]));
}

/** The smallest request that is valid, or the input that no valid value is known of. */
export function baseRequest(
  operation: Operation,
  judge: Judge,
):
  | { readonly at: "made"; readonly request: ApiRequest }
  | { readonly at: "missing"; readonly input: string } {
  let request: ApiRequest = { path: {}, query: {}, headers: {}, cookies: {} };
  for (const input of operation.inputs) {
    if (!input.required) continue;
    const value = [validValue(input.schema), ...input.examples].find(
      (each) => each !== undefined && judge(input.raw, each) !== false,
    );
    if (value === undefined) return { at: "missing", input: subjectOf({ input, path: [] }) };
    request = withInput(request, input, value);
  }
  return { at: "made", request };
}

/** The request of a case: the valid one with one value changed. Null where the case says nothing about requests. */
export function requestOf(
  base: ApiRequest,
  field: Field,
  each: Pick<TestCase, "input" | "expected">,
  presence: boolean,
): ApiRequest | null {
  const { input } = field;
  if (presence) {
    // Present and well is the request that all others start from.
    if (each.expected === "accept" || JSON.stringify(each.input) !== "{}") return null;
    return without(base, field);
  }
  const value = valueOf(field, each);
  if (value === undefined || !isTellable(input, field, value)) return null;
  if (input.in !== "body") return withInput(base, input, field.path.length === 0 ? value : [value]);
  const body = base.body ?? validValue(input.schema);
  if (body === undefined) return null;
  const changed = put(body, field.path, value, input.schema);
  return changed === undefined ? null : { ...base, body: changed };
}

/** Lists of a specification hold placeholders; those of a request hold valid items. */
function valueOf(
  { schema }: Field,
  { input, expected }: Pick<TestCase, "input" | "expected">,
): Json | undefined {
  const value = expand(input);
  if (schema.type !== "array" || !Array.isArray(value) || schema.items === null) return value;
  const distinct = new Set(value.map((item) => JSON.stringify(item))).size === value.length;
  const items = listOf({ ...schema, unique: schema.unique && distinct }, Math.min(value.length, 2000));
  return expected === "accept" && schema.unique && !distinct ? undefined : items;
}

/** Percent-encoded it is three times as long, and 8000 octets is what every server takes (RFC 9110, section 4.1). */
const LONGEST_IN_URL = 2600;

/** Visible ASCII, and spaces but at the ends, where they are taken off (RFC 9110, section 5.5). */
const IN_HEADER = /^(?:[!-~](?:[ -~]*[!-~])?)?$/u;

/** Whether a server can tell the value from a good one: all that is in a URL or a header arrives as text. */
function isTellable({ in: place }: Input, { schema }: Field, value: Json): boolean {
  if (place === "body") return true;
  if (place === "path" && value === "") return false;
  if ((place === "header" || place === "cookie") && typeof value === "string" && !IN_HEADER.test(value))
    return false;
  if (typeof value === "string" && new TextEncoder().encode(value).length > LONGEST_IN_URL) return false;
  if (typeof value === "object") return schema.type === "array" && Array.isArray(value);
  if (schema.type === "string" || schema.type === null) return typeof value === "string";
  if (schema.type === "array") return false;
  return schema.type !== "boolean" || typeof value !== "string" || !/^(?:true|false)$/u.test(value);
}

function withInput(request: ApiRequest, { in: place, name }: Input, value: Json): ApiRequest {
  if (place === "body") return { ...request, body: value };
  const bag = BAGS[place];
  return { ...request, [bag]: { ...request[bag], [name]: value } };
}

/** Whether the document accepts what a request has for an input; null where that cannot be told. */
export function fitsDocument(request: ApiRequest, input: Input, judge: Judge): boolean | null {
  const value = input.in === "body" ? request.body : request[BAGS[input.in]][input.name];
  return value === undefined ? !input.required : judge(input.raw, value);
}

function without(request: ApiRequest, { input, path }: Field): ApiRequest | null {
  if (input.in === "path") return null;
  if (input.in !== "body") {
    const bag = BAGS[input.in];
    const others = Object.entries(request[bag]).filter(([name]) => name !== input.name);
    return { ...request, [bag]: Object.fromEntries(others) };
  }
  const { body, ...rest } = request;
  if (path.length === 0) return rest;
  const from = body ?? validValue(input.schema);
  const left = from === undefined ? undefined : put(from, path, undefined, input.schema);
  return left === undefined ? null : { ...rest, body: left };
}

/** A copy with the value in its place, what is needed around it made; undefined where that cannot be. */
function put(
  into: Json | undefined,
  path: readonly string[],
  value: Json | undefined,
  schema: Field["schema"],
): Json | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const start = into ?? validValue(schema);
  if (key === "[]") {
    const inner = schema.items;
    if (inner === null || (start !== undefined && !Array.isArray(start))) return undefined;
    const [first, ...others] = start ?? [];
    const changed = put(first, rest, value, inner);
    return changed === undefined ? undefined : [changed, ...others];
  }
  const inner = schema.properties.find(([name]) => name === key)?.[1];
  if (
    inner === undefined ||
    start === undefined ||
    typeof start !== "object" ||
    start === null ||
    Array.isArray(start)
  )
    return undefined;
  const others = Object.entries(start).filter(([name]) => name !== key);
  if (rest.length === 0 && value === undefined) return Object.fromEntries(others);
  const own = Object.hasOwn(start, key) ? start[key] : undefined;
  const changed = put(own, rest, value, inner);
  return changed === undefined ? undefined : Object.fromEntries([...others, [key, changed]]);
}
