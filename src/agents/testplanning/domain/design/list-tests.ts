import { accepts } from "../accepts.ts";
import type { Comparison, Decision, Enumeration, Json, Presence, TypeRule } from "../constraint.ts";
import { mcdc } from "../decision-table.ts";
import { type ClassDraft, type Draft, guess, nothing, partition, type Passes, type Probe } from "./draft.ts";

/** Each listed value, a value that is not listed, and near misses. */
export function designEnumeration(list: Enumeration, passes: Passes): Draft {
  const isListed = list.accepts === "listed";
  const fits = (input: Json) => accepts(list, "", input);
  const listed = list.values.map((value) => partition(value, `The listed value ${JSON.stringify(value)}`));
  const cased = list.values.flatMap(otherCase);
  const folded = list.caseSensitive
    ? []
    : cased.slice(0, 1).map((value) => guess(value, "A listed value in other capital letters"));
  const strange = strangers(list)
    .filter((value) => !fits(value) === isListed)
    .slice(0, 1)
    .map((value) => partition(value, "A value that is not listed"));
  const near: Probe[] = [
    ...(list.caseSensitive
      ? cased.slice(0, 1).map((value) => guess(value, "A listed value in other capital letters"))
      : []),
    ...list.values
      .filter((value) => typeof value === "string")
      .slice(0, 1)
      .map((value) => guess(`${value} `, "A listed value with a space behind it")),
  ];
  const names = list.values.map((value) => (typeof value === "string" ? value : String(value))).join(", ");
  const keep = (valid: boolean, probes: Probe[]) => probes.filter(({ input }) => !valid || passes(input));
  const classes: ClassDraft[] = [
    { valid: isListed, range: names, probes: keep(isListed, [...listed, ...folded]) },
    { valid: !isListed, range: "any other value", probes: keep(!isListed, [...strange, ...near]) },
  ];
  const isTextOnly = list.values.every((value) => value !== "");
  return { classes: isListed && isTextOnly ? [...classes, nothing] : classes, boundaries: [] };
}

function strangers(list: Enumeration): Json[] {
  if (list.values.every((value) => typeof value === "number"))
    return [Math.max(...list.values.map(Number)) + 1, -1];
  if (list.values.every((value) => typeof value === "boolean")) return ["true", "maybe"];
  return ["something-else", "another-thing"];
}

function otherCase(value: Json): string[] {
  if (typeof value !== "string") return [];
  return [value.toUpperCase(), value.toLowerCase()].filter((other) => other !== value);
}

/** With the member, and without it. */
export function designPresence(rule: Presence, field: string): Draft {
  const there = partition({ [field]: "value" }, `${field} is there`);
  const missing = partition({}, `${field} is missing`);
  const other = guess({ [`${field}Other`]: "value" }, `Only a member of another name is there`);
  return {
    classes: [
      { valid: rule.required, range: `${field} present`, probes: [there] },
      { valid: !rule.required, range: `${field} absent`, probes: [missing, other] },
    ],
    boundaries: [],
  };
}

const examples: Readonly<Record<TypeRule["type"], readonly Json[]>> = {
  string: ["text"],
  integer: [7, 0],
  number: [7.5, 0],
  boolean: [true, false],
  array: [["item"], []],
  object: [{ name: "value" }],
};

/** A value of the type, and one of each other type. */
export function designType({ type }: TypeRule, passes: Passes): Draft {
  const wrong = Object.entries(examples).flatMap(([name, values]) => {
    const [value = null] = values;
    return accepts({ kind: "type", type }, "", value) ? [] : [partition(value, `A value of type ${name}`)];
  });
  const right = examples[type].filter(passes).map((value) => partition(value, `A value of type ${type}`));
  return {
    classes: [
      { valid: true, range: `type ${type}`, probes: right },
      { valid: false, range: "any other type", probes: wrong },
    ],
    boundaries: [],
  };
}

/** The left field below, equal to and above the right one. */
export function designComparison(rule: Comparison): Draft {
  const pair = (left: number, right: number) => ({ [rule.left]: left, [rule.right]: right });
  const rows: readonly (readonly [string, number, number])[] = [
    ["below", 1, 2],
    ["equal to", 2, 2],
    ["above", 3, 2],
  ];
  const classes = rows.map(([word, left, right]): ClassDraft => {
    const input = pair(left, right);
    return {
      valid: accepts(rule, "", input),
      range: `${rule.left} ${word} ${rule.right}`,
      probes: [partition(input, `${rule.left} ${word} ${rule.right}`)],
    };
  });
  return { classes, boundaries: [] };
}

export function designUnique(): Draft {
  return {
    classes: [
      {
        valid: true,
        range: "all different",
        probes: [partition(["a", "b", "c"], "Three different values"), partition(["a"], "A single value")],
      },
      {
        valid: false,
        range: "with duplicates",
        probes: [
          partition(["a", "b", "a"], "The same value twice"),
          guess(["a", "a"], "The same value side by side"),
        ],
      },
    ],
    boundaries: [],
  };
}

/** All rows of a small table; of a larger one the MC/DC set. */
export function designDecision(rule: Decision): Draft {
  const names = rule.conditions.map(({ name }) => name);
  const { rows } = mcdc(names, rule.table);
  const inSet = new Set(rows);
  const shown = rule.table.filter((row) => inSet.has(row) || rule.table.length <= 4);
  const probes = (then: boolean) =>
    shown
      .filter((row) => row.then === then)
      .map((row): Probe => ({
        input: { ...row.when },
        technique: inSet.has(row) ? "mc-dc" : "decision-table",
        title: titleOf(row.when),
      }));
  return {
    classes: [
      { valid: true, range: rule.expression, probes: probes(true) },
      { valid: false, range: `not (${rule.expression})`, probes: probes(false) },
    ],
    boundaries: [],
  };
}

function titleOf(when: Readonly<Record<string, boolean>>): string {
  return Object.entries(when)
    .map(([name, value]) => `${name} ${value ? "yes" : "no"}`)
    .join(", ");
}
