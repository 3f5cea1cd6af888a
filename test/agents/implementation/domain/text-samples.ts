import type { Constraint, Json } from "../../../../src/agents/implementation/domain/spec.ts";

/** The kinds of constraint with inputs whose decision a reader can tell without running anything. */
export type Sample = {
  readonly name: string;
  readonly field: string;
  readonly constraint: Constraint;
  readonly accept: readonly Json[];
  readonly reject: readonly Json[];
};

/** Lengths and patterns of texts; many that ECMAScript and Python would read in different ways, were they written the same. */
export const textSamples: readonly Sample[] = [
  {
    name: "texts of any length",
    field: "remark",
    constraint: { kind: "length", of: "digits", min: null, max: null },
    accept: ["", "12"],
    reject: ["a", 12],
  },
  {
    name: "a length in characters, outside the basic plane too",
    field: "userName",
    constraint: { kind: "length", of: "characters", min: 2, max: 3 },
    accept: ["ab", "abc", "\u{1F600}\u{1F600}\u{1F600}", "a\u{1F600}"],
    reject: ["", "a", "abcd", "\u{1F600}", 12, null, ["a", "b"]],
  },
  {
    name: "a length in octets",
    field: "localPart",
    constraint: { kind: "length", of: "octets", min: null, max: 4 },
    accept: ["", "abcd", "\u00e9\u00e9", "\u{1F600}"],
    reject: ["abcde", "\u00e9\u00e9\u00e9", 1],
  },
  {
    name: "digits and nothing else",
    field: "pin",
    constraint: { kind: "length", of: "digits", min: 4, max: 4 },
    accept: ["0000", "1234"],
    reject: ["123", "12345", "12a4", "\u0661\u0662\u0663\u0664", 1234],
  },
  {
    name: "words",
    field: "motto",
    constraint: { kind: "length", of: "words", min: 1, max: 2 },
    accept: ["one", " one  two ", "one\u001ctwo\u0085three"],
    reject: ["", "  ", "one two three", "one\ufefftwo\u00a0three"],
  },
  {
    name: "a pattern with characters that need care in a literal",
    field: "path",
    constraint: { kind: "pattern", pattern: String.raw`^/[a-z"'\\/]+\d{2}$`, label: "a path" },
    accept: ["/a12", '/a"12', "/a'/\\12"],
    reject: ["a12", "/a1", "/a12\n", "/a\u0661\u0662", 12],
  },
  {
    name: "a pattern for what is not a certain text",
    field: "path",
    constraint: { kind: "pattern", pattern: String.raw`^(?!(?:abc)$)[\s\S]*$`, label: "not abc" },
    accept: ["abc\n", "ab", ""],
    reject: ["abc", 1],
  },
  {
    name: "a pattern with any character and white space",
    field: "path",
    constraint: { kind: "pattern", pattern: String.raw`^.\s[^\s]\S$`, label: "two pairs" },
    accept: ["a\u00a0bc", "\u{1F600}\ufeffb\u0085"],
    reject: ["\u2028 bc", "a\u0085bc", "a\u001cbc", "a b\u3000", "a \ufeffc", "a bc\n"],
  },
  {
    name: "a pattern that is anchored in its branches",
    field: "path",
    constraint: { kind: "pattern", pattern: String.raw`^a|b\$|\.$`, label: "a at the begin or b$" },
    accept: ["ax", "xb$x", "x."],
    reject: ["xa", "xb", ""],
  },
  {
    name: "a pattern with brackets in a class, pairs of surrogates and characters that nobody sees",
    field: "path",
    constraint: {
      kind: "pattern",
      pattern: "^\\ud83d\\ude00[[&&~~||]\u202e\\u{1F600}(?<!a)[^]$",
      label: "faces",
    },
    accept: ["\u{1F600}[\u202e\u{1F600}\n", "\u{1F600}&\u202e\u{1F600}\u{1F600}"],
    reject: ["\u{1F600}[\u{1F600}\n", "\u{1F600}]\u202e\u{1F600}\n"],
  },
];
