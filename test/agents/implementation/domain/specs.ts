/* oxlint-disable unicorn/no-thenable -- the column of a decision table is called "then" in the published language */
import type { Case, Json, Specification } from "../../../../src/agents/implementation/domain/spec.ts";
import { textSamples } from "./text-samples.ts";
import type { Sample } from "./text-samples.ts";

const range = {
  kind: "range",
  min: null,
  minInclusive: true,
  max: null,
  maxInclusive: true,
  whole: false,
  multipleOf: null,
  accepts: "inside",
  unit: null,
} as const;

const NOT_NUMBERS = ["", "18", "abc", true, null, [], {}] as const;

export const samples: readonly Sample[] = [
  {
    name: "whole numbers within closed bounds",
    field: "age",
    constraint: { ...range, min: 18, max: 65, whole: true, unit: "years" },
    accept: [18, 19, 64, 65],
    reject: [17, 66, 18.5, -18, ...NOT_NUMBERS],
  },
  {
    name: "decimals above an open bound",
    field: "price",
    constraint: { ...range, min: 0, minInclusive: false, max: 9.99, unit: "EUR" },
    accept: [0.01, 9.98, 9.99],
    reject: [0, -0.01, 10, ...NOT_NUMBERS],
  },
  {
    name: "a forbidden range",
    field: "port",
    constraint: { ...range, min: 0, max: 1023, accepts: "outside" },
    accept: [-1, 1024],
    reject: [0, 1, 1023, "1024"],
  },
  {
    name: "multiples of a decimal step",
    field: "rate",
    constraint: { ...range, min: 0, multipleOf: 0.1 },
    accept: [0, 0.1, 0.3, 0.7, 1],
    reject: [0.05, 0.31, -0.1],
  },
  {
    name: "multiples of a decimal step that are large",
    field: "amount",
    constraint: { ...range, multipleOf: 0.01 },
    accept: [123456789.01, 99999999999.99, -0, 1e21],
    reject: [123456789.015, 99999999999.995, 1e308],
  },
  {
    name: "a number without bounds, in a list in either case",
    field: "level",
    constraint: {
      kind: "all",
      of: [
        { ...range, min: 0 },
        { kind: "enumeration", values: ["A", 5], caseSensitive: false, accepts: "listed" },
      ],
    },
    accept: [5],
    reject: ["a", "A", 4],
  },
  {
    name: "any time of day",
    field: "at",
    constraint: { ...range, kind: "temporal", of: "time", min: null, max: null },
    accept: ["09:00"],
    reject: ["24:00", 9],
  },
  {
    name: "items",
    field: "tags",
    constraint: { kind: "length", of: "items", min: 1, max: 2 },
    accept: [["a"], [1, 2]],
    reject: [[], [1, 2, 3], "ab", {}],
  },
  {
    name: "a closed list of mixed values",
    field: "version",
    constraint: { kind: "enumeration", values: ["1.0", 1, true], caseSensitive: true, accepts: "listed" },
    accept: ["1.0", 1, true],
    reject: ["1", false, 0, "TRUE", null, ""],
  },
  {
    name: "a list in either case",
    field: "method",
    constraint: { kind: "enumeration", values: ["GET", "Post"], caseSensitive: false, accepts: "listed" },
    accept: ["get", "GET", "POST"],
    reject: ["put", "", "get ", 1],
  },
  {
    name: "values that are ruled out",
    field: "role",
    constraint: { kind: "enumeration", values: ["root", 0], caseSensitive: true, accepts: "unlisted" },
    accept: ["admin", "Root", false, 1, ""],
    reject: ["root", 0],
  },
  {
    name: "a member that must be there",
    field: "source",
    constraint: { kind: "presence", required: true },
    accept: [{ source: "/a" }, { source: null, id: 1 }],
    reject: [{}, { Source: 1 }, "source", ["source"], null],
  },
  {
    name: "a member that must not be there",
    field: "data",
    constraint: { kind: "presence", required: false },
    accept: [{}, { data_base64: "" }],
    reject: [{ data: 1 }, null, "x"],
  },
  ...textSamples,
  {
    name: "texts",
    field: "text",
    constraint: { kind: "type", type: "string" },
    accept: ["", "a"],
    reject: [1, null, []],
  },
  {
    name: "numbers",
    field: "n",
    constraint: { kind: "type", type: "number" },
    accept: [1, 0.5],
    reject: ["1", true, null],
  },
  {
    name: "integers",
    field: "n",
    constraint: { kind: "type", type: "integer" },
    accept: [1, -3, 0],
    reject: [0.5, "1", true],
  },
  {
    name: "booleans",
    field: "b",
    constraint: { kind: "type", type: "boolean" },
    accept: [true, false],
    reject: [0, 1, "true", null],
  },
  {
    name: "arrays",
    field: "a",
    constraint: { kind: "type", type: "array" },
    accept: [[], [1]],
    reject: [{}, "[]", null],
  },
  {
    name: "objects",
    field: "o",
    constraint: { kind: "type", type: "object" },
    accept: [{}, { a: 1 }],
    reject: [[], null, "{}"],
  },
  {
    name: "dates",
    field: "birthday",
    constraint: {
      kind: "temporal",
      of: "date",
      min: "2024-02-28",
      minInclusive: false,
      max: "2024-12-31",
      maxInclusive: true,
    },
    accept: ["2024-02-29", "2024-12-31"],
    reject: ["2024-02-28", "2025-01-01", "2024-02-30", "2024-2-29", "20240301", "", 20240301],
  },
  {
    name: "times of day",
    field: "opening",
    constraint: {
      kind: "temporal",
      of: "time",
      min: "09:00",
      minInclusive: true,
      max: "17:30",
      maxInclusive: false,
    },
    accept: ["09:00", "09:00:00", "17:29:59"],
    reject: ["08:59:59", "17:30", "17:30:00", "9:00", "25:00", "", 900],
  },
  {
    name: "two fields compared",
    field: "period",
    constraint: { kind: "comparison", left: "end", operator: ">", right: "start" },
    accept: [{ start: 1, end: 2 }],
    reject: [{ start: 2, end: 2 }, { start: 3, end: 2 }, { end: 2 }, { start: true, end: 2 }, null, 3],
  },
  {
    name: "two fields that are equal",
    field: "sums",
    constraint: { kind: "comparison", left: "a", operator: "=", right: "b" },
    accept: [{ a: 1, b: 1 }],
    reject: [{ a: 1, b: 2 }, { a: "1", b: "1" }, {}],
  },
  {
    name: "different elements",
    field: "ids",
    constraint: { kind: "unique" },
    accept: [[], [1, "1", true, null], [{ a: 1 }, { a: 2 }]],
    reject: [
      [1, 1],
      [0, -0],
      [[{ a: -0 }], [{ a: 0 }]],
      ["a", "b", "a"],
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      "ab",
      null,
    ],
  },
  {
    name: "a decision table",
    field: "login",
    constraint: {
      kind: "decision",
      outcome: "access is granted",
      table: [
        { when: { admin: true, locked: true }, then: false },
        { when: { admin: true, locked: false }, then: true },
        { when: { admin: false, locked: true }, then: false },
        { when: { admin: false, locked: false }, then: false },
      ],
    },
    accept: [{ admin: true, locked: false }],
    reject: [
      { admin: true, locked: true },
      { admin: false, locked: false },
      { admin: 1, locked: 0 },
      {},
      null,
    ],
  },
  {
    name: "several constraints on one value",
    field: "code",
    constraint: {
      kind: "all",
      of: [
        { kind: "length", of: "characters", min: 2, max: 4 },
        { kind: "length", of: "octets", min: null, max: 5 },
        { kind: "pattern", pattern: "^[^x]*$", label: "no x" },
        { kind: "enumeration", values: ["aa"], caseSensitive: false, accepts: "unlisted" },
        { kind: "enumeration", values: ["bb"], caseSensitive: false, accepts: "unlisted" },
      ],
    },
    accept: ["ab", "abcd", "\u00e9\u00e9"],
    reject: ["a", "abcde", "\u00e9\u00e9\u00e9", "axb", "AA", "bB", 12],
  },
];

/** One specification with every sample as a rule of its own. */
export function specificationOf(all: readonly Sample[]): Specification {
  return {
    specId: "spec-1",
    requirement: 'Everything of "it" */ must be \\ right. """',
    testable: true,
    reason: null,
    rules: all.map((sample, index) => ({
      id: `R${index + 1}`,
      subject: `the ${sample.field}`,
      field: sample.field,
      strength: "must",
      constraint: sample.constraint,
    })),
    cases: all.flatMap((sample, index) => casesOf(sample, `R${index + 1}`)),
  };
}

function casesOf(sample: Sample, ruleId: string): readonly Case[] {
  const make = (input: Json, expected: Case["expected"], place: number): Case => ({
    id: `REQ-1-${ruleId}-${expected}-${place}`,
    requirementId: "REQ-1",
    ruleId,
    title: `${sample.name}: ${JSON.stringify(input)}`,
    input: { kind: "value", value: input },
    expected,
  });
  return [
    ...sample.accept.map((input, index) => make(input, "accept", index)),
    ...sample.reject.map((input, index) => make(input, "reject", index)),
  ];
}
