import { Ajv2020 } from "ajv/dist/2020.js";
import type { ErrorObject } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { isPlainObject } from "../../runtime/model/config/check-shape.ts";
import { broken, join, show } from "../../runtime/model/config/problem.ts";
import { suggest } from "../../runtime/model/config/suggest.ts";
import type { ErrorProblem } from "../../runtime/model/errors.ts";
import { AgentsError } from "../../runtime/model/errors.ts";
import type { PayloadSchema } from "./catalog.ts";

/** Checks a payload against its schema; throws `AGENTS_EVENT_INVALID` with every problem. Loaded with Ajv: import late. */
export function assertPayload(eventType: string, schema: PayloadSchema, payload: unknown): void {
  const ajv = new Ajv2020({ strict: false, allErrors: true, logger: false, verbose: true });
  addFormats.default(ajv);
  const validate = ajv.compile(schema);
  if (validate(payload)) return;
  const problems = worthTelling(validate.errors ?? []).map((error) => problemOf(error));
  const [first] = problems;
  const width = Math.min(40, Math.max(...problems.map(({ path }) => path.length)));
  throw new AgentsError(
    "AGENTS_EVENT_INVALID",
    `The payload of ${eventType} has ${problems.length} ${problems.length === 1 ? "problem" : "problems"}`,
    {
      ...(first === undefined ? {} : { path: first.path, expected: first.expected, found: first.found }),
      lines: problems.map(({ path, message }) => `${path.padEnd(width)}  ${message}`),
      problems,
      hint: `agents events catalog ${eventType} shows its schema; --force sends it anyway.`,
    },
  );
}

/** Of a choice between variants only the choice itself is told where every variant failed in its own way. */
function worthTelling(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const choices = errors.filter(({ keyword }) => keyword === "anyOf" || keyword === "oneOf");
  const told = errors.filter(
    (error) =>
      !choices.some((choice) => error !== choice && error.schemaPath.startsWith(`${choice.schemaPath}/`)),
  );
  return told.length === 0 ? errors : told;
}

function problemOf(error: ErrorObject): ErrorProblem {
  const { keyword, instancePath, params, message, data } = error;
  const path = pathOf(instancePath);
  const { missingProperty, additionalProperty, allowedValues }: Readonly<Record<string, unknown>> = params;
  if (typeof missingProperty === "string")
    return missing(join(path, missingProperty), schemaAt(error, missingProperty));
  if (typeof additionalProperty === "string")
    return unknownProperty(path, additionalProperty, propertiesIn(error));
  const expected = expectation(keyword, params, message ?? keyword, allowedValues);
  const suggestion =
    typeof data === "string" && Array.isArray(allowedValues)
      ? suggest(
          data,
          allowedValues.filter((value) => typeof value === "string"),
        )
      : null;
  const end = suggestion === null ? "" : ` Did you mean ${JSON.stringify(suggestion)}?`;
  return {
    ...broken(path === "" ? "payload" : path, `${show(data)}: expected ${expected}.${end}`, expected, data),
    suggestion,
  };
}

function missing(path: string, schema: unknown): ErrorProblem {
  const type = isPlainObject(schema) ? schema["type"] : undefined;
  const expected = typeof type === "string" ? a(type) : "a value";
  return broken(path, `is missing: expected ${expected}.`, expected, undefined);
}

function unknownProperty(path: string, name: string, known: readonly string[]): ErrorProblem {
  const suggestion = suggest(name, known);
  const list = known.join(", ");
  const end =
    suggestion === null ? `expected one of ${list}.` : `did you mean ${JSON.stringify(suggestion)}?`;
  return { ...broken(join(path, name), `is not part of it: ${end}`, list, name), suggestion };
}

function propertiesOf({ parentSchema }: ErrorObject): Readonly<Record<string, unknown>> {
  const properties: unknown = parentSchema?.["properties"];
  return isPlainObject(properties) ? properties : {};
}

const propertiesIn = (error: ErrorObject): readonly string[] => Object.keys(propertiesOf(error));
const schemaAt = (error: ErrorObject, name: string): unknown => propertiesOf(error)[name];

/** Ajv says "must be string"; a person reads what was expected. */
function expectation(
  keyword: string,
  params: Readonly<Record<string, unknown>>,
  message: string,
  allowed: unknown,
): string {
  if (Array.isArray(allowed)) return `one of ${allowed.map((value) => JSON.stringify(value)).join(", ")}`;
  if (keyword === "type")
    return [params["type"]]
      .flat()
      .map((type) => a(String(type)))
      .join(" or ");
  if (keyword === "const") return JSON.stringify(params["allowedValue"]);
  if (keyword === "format") return `the format ${String(params["format"])}`;
  if (keyword === "oneOf" || keyword === "anyOf") return "one of the variants in the schema";
  const limit = LIMITS[keyword];
  return limit === undefined
    ? message.replace(/^must (be )?/, "")
    : limit(String(params["limit"] ?? params["pattern"]));
}

const LIMITS: Readonly<Record<string, ((limit: string) => string) | undefined>> = {
  minimum: (limit) => `at least ${limit}`,
  maximum: (limit) => `at most ${limit}`,
  exclusiveMinimum: (limit) => `more than ${limit}`,
  exclusiveMaximum: (limit) => `less than ${limit}`,
  minLength: (limit) => `at least ${limit} characters`,
  maxLength: (limit) => `at most ${limit} characters`,
  minItems: (limit) => `at least ${limit} entries`,
  maxItems: (limit) => `at most ${limit} entries`,
  pattern: (pattern) => `a text that matches ${pattern}`,
};

const a = (type: string): string =>
  type === "null" ? "null" : `${/^[aio]/.test(type) ? "an" : "a"} ${type}`;

/** JSON Pointer (RFC 6901) → `cases[0].id`. */
function pathOf(pointer: string): string {
  return pointer
    .split("/")
    .slice(1)
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce((path, token) => join(path, /^\d+$/.test(token) ? Number(token) : token), "");
}
