/** A boolean expression over named conditions. */
export type Expression =
  | { readonly at: "atom"; readonly text: string }
  | { readonly at: "not"; readonly of: Expression }
  | { readonly at: "and" | "or"; readonly of: readonly Expression[] };

/** Stands for the "and" of "between 18 and 65", which joins no conditions. */
const joint = "&&";

/** Reads "the user is an admin or the account is active and not locked"; `and` binds closer than `or`. */
export function readExpression(text: string): Expression {
  const plain = text
    .replaceAll(/(\bbetween\b[^,;]*?) and (?=[#~])/gu, `$1 ${joint} `)
    .trim()
    .replace(/^(?:either|both|that) /u, "")
    .replace(/[ ,]+$/u, "");
  const neither = /^neither (.+) nor (.+)$/u.exec(plain);
  if (neither !== null)
    return { at: "and", of: [not(readExpression(neither[1] ?? "")), not(readExpression(neither[2] ?? ""))] };
  const listed = byCommas(plain);
  if (listed !== null) return listed;
  for (const at of ["or", "and"] as const) {
    const parts = plain.split(new RegExp(` ${at} `, "u"));
    if (parts.length > 1) return { at, of: parts.map(readExpression) };
  }
  return atom(plain);
}

/** "A, B and C" is one list; in "A or B, and C" the comma closes the first group. */
function byCommas(text: string): Expression | null {
  const links = [...text.matchAll(/ ,(?: (and|or))? /gu)].map((match) => match[1]);
  if (links.length === 0) return null;
  const parts = text.split(/ ,(?: (?:and|or))? /u);
  const last = parts.at(-1) ?? "";
  const named = links.findLast((link) => link !== undefined);
  const inLast = named === undefined ? / (and|or) /u.exec(last)?.[1] : undefined;
  const at = (named ?? inLast ?? "and") === "or" ? "or" : "and";
  const pieces = inLast === undefined ? parts : [...parts.slice(0, -1), ...last.split(` ${at} `)];
  return { at, of: pieces.map(readExpression) };
}

const negation =
  / (?:is|are|was|has|have|does|do|did|can|will)? ?(not|never) |^(?:no|not) |\b(isn't|aren't|doesn't|don't|hasn't)\b/u;

function atom(text: string): Expression {
  const match = negation.exec(` ${text} `);
  if (match === null) return { at: "atom", text: text.replaceAll(joint, "and") };
  const positive = ` ${text} `
    .replace(/ (?:do|does|did) not /u, " ")
    .replace(/ (?:not|never) /u, " ")
    .replace(/^ no /u, " ")
    .replace(/n't /u, " ")
    .trim();
  return not({ at: "atom", text: positive.replaceAll(joint, "and") });
}

function not(of: Expression): Expression {
  return of.at === "not" ? of.of : { at: "not", of };
}

export function negate(of: Expression): Expression {
  return not(of);
}

/** The atoms from left to right, each once. */
export function atomsOf(expression: Expression): string[] {
  if (expression.at === "atom") return [expression.text];
  const parts = expression.at === "not" ? [expression.of] : expression.of;
  return [...new Set(parts.flatMap(atomsOf))];
}

export function evaluate(expression: Expression, holds: (atom: string) => boolean): boolean {
  switch (expression.at) {
    case "atom":
      return holds(expression.text);
    case "not":
      return !evaluate(expression.of, holds);
    case "and":
      return expression.of.every((part) => evaluate(part, holds));
    case "or":
      return expression.of.some((part) => evaluate(part, holds));
    default:
      return expression satisfies never;
  }
}

/** For people: `admin or (active and not locked)`. */
export function write(expression: Expression, name: (atom: string) => string, nested = false): string {
  if (expression.at === "atom") return name(expression.text);
  if (expression.at === "not") return `not ${write(expression.of, name, true)}`;
  const text = expression.of.map((part) => write(part, name, true)).join(` ${expression.at} `);
  return nested ? `(${text})` : text;
}
