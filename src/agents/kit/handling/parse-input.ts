import type { z } from "zod";
import { Problem } from "../http/problem.ts";
import { issuesText, issueText, pathText } from "./issue-text.ts";

/** The input of a command or a query. @throws Problem 422 that tells everything that is wrong with it. */
export function parseInput<Input extends z.ZodType>(schema: Input, raw: unknown): z.output<Input> {
  const read = schema.safeParse(raw, { error: issueText });
  if (read.success) return read.data;
  const errors = read.error.issues.map(({ path, message }) => ({ path: pathText(path), message }));
  const hint = unknownMembers(schema, raw);
  throw new Problem(422, issuesText(errors, { whole: "The input", count: 1 }), {
    kind: "validation",
    title: "The input is not valid",
    errors,
    ...(hint === null ? {} : { hint }),
    cause: read.error,
  });
}

/** Members that are not read are no mistake by themselves. Where something is missing, one of them may be it. */
function unknownMembers(schema: z.ZodType, raw: unknown): string | null {
  const shape: unknown = "shape" in schema ? schema.shape : undefined;
  if (!isObject(shape) || !isObject(raw)) return null;
  const known = Object.keys(shape);
  const unknown = Object.keys(raw).filter((name) => !known.includes(name));
  const isMissing = known.some((name) => raw[name] === undefined);
  if (unknown.length === 0 || !isMissing) return null;
  const quoted = unknown.slice(0, 5).map((name) => JSON.stringify(name));
  const more = unknown.length - quoted.length;
  return `Nobody reads ${quoted.join(", ")}${more > 0 ? ` and ${more} more` : ""}: the input has ${known.join(", ")}.`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
