import { test } from "tap";
import { analyse } from "../../../../src/agents/testplanning/domain/analysis.ts";
import type { Analysis } from "../../../../src/agents/testplanning/domain/analysis.ts";
import type { Constraint, Json } from "../../../../src/agents/testplanning/domain/constraint.ts";
import { expand } from "../../../../src/agents/testplanning/domain/design/design.ts";
import { specGeneratedPayload } from "../../../../src/agents/testplanning/events.ts";
import { readings } from "./readings.ts";

const sentences = readings.map(([sentence]) => sentence);
const analyses = sentences
  .map((sentence, index) => analyse(`REQ-${index}`, sentence))
  .filter(({ testable }) => testable);

function boundariesOf(sentence: string): string {
  return analyse("REQ", sentence)
    .boundaryValues.map(({ value, accept }) => `${value}${accept ? "+" : "-"}`)
    .join(" ");
}

await test("the boundary values of a range are its bounds and their neighbours", (t) => {
  const known: readonly (readonly [string, string])[] = [
    ["Applicants between 18 and 65 years old, inclusive, are accepted.", "17- 18+ 19+ 64+ 65+ 66-"],
    ["The age must be between 18 and 65, exclusive.", "17- 18- 19+ 64+ 65- 66-"],
    ["The amount must be more than 0.5 and at most 2.25.", "0.49- 0.5- 0.51+ 2.24+ 2.25+ 2.26-"],
    ["The value must be at least 10.", "9- 10+ 11+"],
    ["The value must be less than 10.", "9+ 10- 11-"],
    ["The value must be from 1 to 2 items.", "0- 1+ 2+ 3-"],
    ["The value must be exactly 5.", "4- 5+ 6-"],
    ["The value must not be between 5 and 7.", "4+ 5- 6- 7- 8+"],
    ["The price must be between 0.1 and 0.3.", "0- 0.1+ 0.2+ 0.3+ 0.4-"],
    ["The score must be strictly between 0 and 1.", "-0.1- 0- 0.1+ 0.9+ 1- 1.1-"],
    ["The step must be a multiple of 5 between 10 and 20.", "9- 10+ 11- 19- 20+ 21-"],
    ["The username must be between 3 and 20 characters.", "2- 3+ 4+ 19+ 20+ 21-"],
    ["The text must have at most 1 character.", "0+ 1+ 2-"],
    [
      "Bookings are accepted from 2024-02-28 to 2024-12-31.",
      "2024-02-27- 2024-02-28+ 2024-02-29+ 2024-12-30+ 2024-12-31+ 2025-01-01-",
    ],
    ["Calls are taken between 00:00 and 17:30.", "00:00+ 00:01+ 17:29+ 17:30+ 17:31-"],
  ];
  for (const [sentence, expected] of known) {
    const own = boundariesOf(sentence);
    t.equal(own, expected, sentence);
  }
  t.end();
});

await test("the example of the reference sentence has the classes and the cases that a tester writes", (t) => {
  const { classes, cases } = analyse(
    "REQ-1",
    "Applicants between 18 and 65 years old, inclusive, are accepted.",
  );
  t.strictSame(
    classes.map(({ id, valid, range }) => [id, valid, range]),
    [
      ["C1", false, "< 18 years"],
      ["C2", true, "18..65 years"],
      ["C3", false, "> 65 years"],
      ["C4", false, "not a number"],
      ["C5", false, "empty input"],
    ],
  );
  const verdicts = new Map(cases.map(({ input, expected }) => [input, expected]));
  for (const input of [17, 66, "abc", ""]) t.equal(verdicts.get(input), "reject", String(input));
  for (const input of [18, 19, 64, 65]) t.equal(verdicts.get(input), "accept", String(input));
  t.equal(cases[0]?.id, "REQ-1-TC01");
  t.end();
});

await test("every class has a case, and every case belongs to its class, its rule and its requirement", (t) => {
  for (const { requirementId, rules, classes, cases } of analyses) {
    const byId = new Map(classes.map((each) => [each.id, each]));
    t.strictSame(
      new Set(cases.map(({ classId }) => classId)),
      new Set(byId.keys()),
      "every class has a case",
    );
    t.equal(new Set(cases.map(({ id }) => id)).size, cases.length, "ids are unique");
    for (const { classId, ruleId, requirementId: own, expected } of cases) {
      if (
        own === requirementId &&
        byId.get(classId)?.ruleId === ruleId &&
        (byId.get(classId)?.valid === true) === (expected === "accept")
      )
        continue;
      t.fail(`${requirementId}: a case of ${classId} does not fit its class`);
    }
    for (const { id } of rules) {
      const verdicts = new Set(cases.filter(({ ruleId }) => ruleId === id).map(({ expected }) => expected));
      t.equal(verdicts.size, 2, `${requirementId} ${id} has cases of both kinds`);
    }
  }
  t.end();
});

await test("no rule has the same input twice", (t) => {
  for (const { requirementId, cases } of analyses) {
    const inputs = cases.map(({ ruleId, input }) => JSON.stringify([ruleId, input]));
    t.equal(new Set(inputs).size, inputs.length, requirementId);
  }
  t.end();
});

await test("what is expected agrees with a predicate that is written down independently", (t) => {
  let checked = 0;
  for (const analysis of analyses) {
    for (const { ruleId, input, expected } of analysis.cases) {
      const verdict = judge(analysis, ruleId, expand(input));
      if (verdict === null) continue;
      checked += 1;
      if (verdict !== (expected === "accept"))
        t.fail(`${analysis.requirement}: ${JSON.stringify(input)} is no ${expected}`);
    }
    for (const { ruleId, value, accept } of analysis.boundaryValues) {
      const verdict = typeof value === "number" ? judgeBoundary(analysis, ruleId, value) : null;
      if (verdict !== null && verdict !== accept)
        t.fail(`${analysis.requirement}: the boundary value ${value} is judged wrongly`);
    }
  }
  t.ok(checked > 1000, `${checked} cases were checked`);
  t.end();
});

await test("a specification of any readable sentence fits the published language", (t) => {
  for (const analysis of analyses) {
    const payload = {
      specId: "spec",
      ...analysis,
      title: "t",
      rationale: "r",
      generatedBy: "sample",
      promptRef: "p@1.0.0+0",
    };
    const { error } = specGeneratedPayload.safeParse(payload);
    if (error !== undefined) t.fail(`${analysis.requirement}: ${error.message}`);
  }
  t.end();
});

await test("long inputs are written short and mean the whole", (t) => {
  const { cases } = analyse("REQ", "The body must not exceed 10,000 octets.");
  const longest = cases.filter(({ expected }) => expected === "accept").map(({ input }) => expand(input));
  t.ok(longest.includes("a".repeat(10_000)));
  t.ok(JSON.stringify(cases).length < 5000);
  const wide = cases
    .map(({ input }) => expand(input))
    .find((input) => typeof input === "string" && input.startsWith("é"));
  t.equal(
    typeof wide === "string" ? wide.length : 0,
    5001,
    "two octets each, more than the limit in fewer characters",
  );
  t.end();
});

/** The rules once more, in the plainest words; null for kinds that are judged elsewhere. */
function judge({ rules }: Analysis, ruleId: string, input: Json): boolean | null {
  const constraint = rules.find(({ id }) => id === ruleId)?.constraint;
  return constraint === undefined ? null : fits(constraint, input);
}

function fits(rule: Constraint, input: Json): boolean | null {
  if (rule.kind === "range") {
    if (typeof input !== "number") return false;
    if (rule.whole && !Number.isInteger(input)) return false;
    if (
      rule.multipleOf !== null &&
      Math.abs(input / rule.multipleOf - Math.round(input / rule.multipleOf)) > 1e-6
    )
      return false;
    const low = rule.min ?? Number.NEGATIVE_INFINITY;
    const high = rule.max ?? Number.POSITIVE_INFINITY;
    const inside =
      input > low && input < high
        ? true
        : (input === low && rule.minInclusive && low <= high) ||
          (input === high && rule.maxInclusive && low <= high);
    return rule.accepts === "inside" ? inside : !inside;
  }
  if (rule.kind === "length" && rule.of !== "items") {
    if (typeof input !== "string") return false;
    if (rule.of === "digits" && /[^0-9]/.test(input)) return false;
    const size =
      rule.of === "octets"
        ? Buffer.from(input).length
        : rule.of === "words"
          ? input.split(" ").filter((word) => word !== "").length
          : Array.from(input).length;
    return size >= (rule.min ?? 0) && size <= (rule.max ?? Number.MAX_SAFE_INTEGER);
  }
  if (rule.kind === "enumeration") {
    const listed = rule.values.some(
      (value) =>
        value === input ||
        (!rule.caseSensitive &&
          String(value).toUpperCase() === JSON.stringify(input).replaceAll('"', "").toUpperCase()),
    );
    return rule.accepts === "listed" ? listed : !listed;
  }
  if (rule.kind === "pattern" || rule.kind === "format")
    return typeof input === "string" && new RegExp(rule.pattern).test(input);
  if (rule.kind !== "all") return null;
  const parts = rule.of.map((part) => fits(part, input));
  return parts.includes(null) ? null : parts.every((part) => part === true);
}

function judgeBoundary({ rules }: Analysis, ruleId: string, value: number): boolean | null {
  const constraint = rules.find(({ id }) => id === ruleId)?.constraint;
  if (constraint?.kind === "range") return fits(constraint, value);
  if (constraint?.kind !== "length") return null;
  return value >= (constraint.min ?? 0) && value <= (constraint.max ?? Number.MAX_SAFE_INTEGER);
}

await test("a number with too many decimal places is tried where their count is limited", (t) => {
  const { cases } = analyse("REQ", "The amount must have at most two decimal places.");
  t.match(
    cases.find(({ title }) => title.startsWith("Not a multiple")),
    { expected: "reject", input: 0.001 },
  );
  t.end();
});
