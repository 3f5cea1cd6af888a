import { z } from "zod";

const json = z.json();

/** What a reader of the specification would expect of tests for a rule. */
export const expectation = z.object({
  testable: z.boolean(),
  kinds: z.array(z.string()).optional(),
  strength: z.enum(["must", "should", "may"]).optional(),
  accept: z.array(json).optional(),
  reject: z.array(json).optional(),
  boundaries: z.array(z.string().regex(/^-?[\d.]+[+-]$/u)).optional(),
});
export type Expectation = z.infer<typeof expectation>;

/** The example file. */
export const rules = z.array(
  z.strictObject({ id: z.string(), source: z.string(), sentence: z.string(), expect: expectation.strict() }),
);

/** The part of a test specification that an expectation speaks of. */
export const answer = z.object({
  testable: z.boolean(),
  reason: z.string().nullable(),
  rules: z.array(
    z.object({
      strength: z.string(),
      constraint: z.object({
        kind: z.string(),
        of: z.union([z.string(), z.array(z.object({ kind: z.string() }))]).optional(),
      }),
    }),
  ),
  classes: z.array(z.object({ valid: z.boolean() })),
  boundaryValues: z.array(z.object({ value: z.union([z.number(), z.string()]), accept: z.boolean() })),
  cases: z.array(z.object({ input: json, expected: z.enum(["accept", "reject"]) })),
});
export type Answer = z.infer<typeof answer>;

/** Where an answer is not what was expected, one sentence each. */
export function mismatches(expected: Expectation, found: Answer): string[] {
  if (!expected.testable) return untestable(found);
  if (!found.testable) return [`expected tests, found none: ${found.reason}`];
  const kinds = new Set(found.rules.flatMap(({ constraint }) => kindsOf(constraint)));
  const strengths = new Set(found.rules.map(({ strength }) => strength));
  return [
    ...(expected.kinds ?? [])
      .filter((kind) => !kinds.has(kind))
      .map((kind) => `expected a constraint of kind ${kind}, found ${[...kinds].join(", ")}`),
    ...[...kinds]
      .filter((kind) => !(expected.kinds ?? []).includes(kind))
      .map((kind) => `found an unexpected constraint of kind ${kind}`),
    ...(expected.strength === undefined || strengths.has(expected.strength)
      ? []
      : [`expected strength ${expected.strength}, found ${[...strengths].join(", ")}`]),
    ...(expected.accept ?? []).flatMap((input) => missing(found, input, "accept")),
    ...(expected.reject ?? []).flatMap((input) => missing(found, input, "reject")),
    ...(expected.boundaries ?? []).flatMap((text) => wrongBoundary(found, text)),
    ...["accept", "reject"]
      .filter((verdict) => found.cases.every(({ expected: own }) => own !== verdict))
      .map((verdict) => `no case expects ${verdict}`),
  ];
}

function untestable(found: Answer): string[] {
  const lists = [found.classes, found.boundaryValues, found.cases];
  if (found.testable) return [`expected nothing testable, found ${found.cases.length} cases`];
  if (lists.some((list) => list.length > 0)) return ["found tests for a sentence that is not testable"];
  return found.reason === null ? ["no reason is given"] : [];
}

function kindsOf({ kind, of }: Answer["rules"][number]["constraint"]): string[] {
  return kind === "all" && Array.isArray(of) ? of.map((part) => part.kind) : [kind];
}

function missing(found: Answer, input: unknown, verdict: "accept" | "reject"): string[] {
  const text = JSON.stringify(input);
  const same = found.cases.filter(
    (each) => JSON.stringify(each.input) === text || sameMembers(each.input, input),
  );
  if (same.length === 0) return [`no case has the input ${text}`];
  return same.every(({ expected }) => expected === verdict)
    ? []
    : [`${text} is not expected to be a ${verdict}`];
}

/** Objects are the same whatever the order of their members. */
function sameMembers(one: unknown, other: unknown): boolean {
  return sorted(one) !== null && sorted(one) === sorted(other);
}

function sorted(value: unknown): string | null {
  if (typeof value !== "object" || value === null) return null;
  return JSON.stringify(Object.entries(value).toSorted(([a], [b]) => a.localeCompare(b)));
}

function wrongBoundary(found: Answer, text: string): string[] {
  const [value, accept] = [Number(text.slice(0, -1)), text.endsWith("+")];
  const own = found.boundaryValues.filter((each) => each.value === value);
  if (own.length === 0) return [`${value} is not among the boundary values`];
  return own.every((each) => each.accept === accept)
    ? []
    : [`${value} should be ${accept ? "accepted" : "rejected"}`];
}
