import t from "tap";
import { z } from "zod";
import { parseInput } from "../../../src/agents/kit/handling/parse-input.ts";
import { Problem } from "../../../src/agents/kit/http/problem.ts";

function refusal(schema: z.ZodType, input: unknown): { detail: string; options: Problem["options"] } {
  try {
    parseInput(schema, input);
  } catch (error) {
    if (error instanceof Problem) return { detail: error.message, options: error.options };
    throw error;
  }
  throw new Error("it was taken");
}

const CASES: [z.ZodType, unknown, string][] = [
  [z.string(), undefined, "is missing: expected a text"],
  [z.string(), 1, "is 1: expected a text"],
  [z.string(), null, "is null: expected a text"],
  [z.string(), [], "is a list: expected a text"],
  [z.array(z.string()), { a: 1 }, "is an object: expected a list"],
  [z.int(), 1.5, "is 1.5: expected a whole number"],
  [z.coerce.number(), "soon", "is no number: expected a number"],
  [z.string().min(3), "ab", "is too short: expected at least 3 characters"],
  [z.string().max(1), "ab", "is too long: expected at most 1 character"],
  [z.string().length(2), "abc", "is too long: expected exactly 2 characters"],
  [z.array(z.string()).min(1), [], "has too few items: expected at least 1 item"],
  [z.array(z.string()).max(2), ["a", "b", "c"], "has too many items: expected at most 2 items"],
  [z.number().max(9), 10, "is too big: expected at most 9"],
  [z.number().gt(3), 3, "is too small: expected more than 3"],
  [z.enum(["low", "high", "none"]), "hgih", 'is "hgih": expected "low", "high" or "none"'],
  [z.enum(["low", "high"]), undefined, 'is missing: expected "low" or "high"'],
  [z.literal("yes"), "x".repeat(100), `is "${"x".repeat(56)}…": expected "yes"`],
  [z.iso.datetime(), "today", 'is "today": expected a date and time such as 2026-01-31T09:00:00Z'],
  [z.uuid(), "1", 'is "1": expected a UUID'],
  [z.string().regex(/^[a-z]+$/), "A", 'is "A": expected a text like /^[a-z]+$/'],
  [z.string().regex(/^a/, "starts with an a"), "b", "starts with an a"],
  [z.union([z.string(), z.number()]), true, "fits none of the shapes that it may have"],
  [
    z.discriminatedUnion("kind", [z.object({ kind: z.literal("a") }), z.object({ kind: z.literal("b") })]),
    { kind: "c" },
    'is not known: expected "a" or "b"',
  ],
  [z.strictObject({ a: z.number() }), { a: 1, b: 2, c: 3 }, 'has "b" and "c", which nobody knows here'],
];

void t.test("what is wrong with an input is said: what is there, and what was expected", (t) => {
  for (const [schema, input, message] of CASES) {
    const { detail, options } = refusal(z.object({ it: schema }), { it: input });
    const [first] = options.errors ?? [];
    t.equal(first?.message, message);
    t.equal(detail, `${first?.path} ${message}`);
  }
  t.match(refusal(z.object({}), 5), { detail: "The input is 5: expected an object" });
  t.match(refusal(z.object({ a: z.array(z.object({ b: z.string() })) }), { a: [{}, { b: 1 }] }), {
    detail: "a[0].b is missing: expected a text (and 1 more)",
    options: { kind: "validation", errors: [{ path: "a[0].b" }, { path: "a[1].b" }] },
  });
  t.end();
});

void t.test("where something is missing, members that nobody reads are named", (t) => {
  const schema = z.object({ title: z.string(), body: z.string(), due: z.string().optional() });
  t.equal(
    refusal(schema, { title: "a", description: "b" }).options.hint,
    'Nobody reads "description": the input has title, body, due.',
  );
  t.equal(refusal(schema, { title: "a", body: 1, due: "x", more: 2 }).options.hint, undefined);
  t.equal(refusal(schema, { title: "a" }).options.hint, undefined);
  t.end();
});
