import { maskPython, maskTypeScript } from "./code-mask.ts";
import type { Edit } from "./edits.ts";

/** The kinds of changes that there are. */
export const KINDS: readonly string[] = ["return-condition", "strict-typeof", "not-in", "not-is"];

/** How far a rule looks back, and how long a condition may be: a file that was made for it takes no longer than others. */
const BEHIND = 200;
const MAX_CONDITION = 2000;

/** Everything there is to suggest in a TypeScript or JavaScript file. Each edit keeps what the program does. */
export function typeScriptEdits(source: string): readonly Edit[] {
  const mask = maskTypeScript(source);
  return [...returnedConditions(source, mask), ...looseTypeof(source, mask)];
}

/** Everything there is to suggest in a Python file. */
export function pythonEdits(source: string): readonly Edit[] {
  const mask = maskPython(source);
  return [...pythonConditions(source, mask), ...notIn(source, mask)];
}

const JS_RETURN = String.raw`(?:\{\s*return\s+(true|false)\s*;?\s*\}|return\s+(true|false)\s*;)`;
const JS_IF = new RegExp(String.raw`(?<![\w$.])if\s*\(`, "g");
const JS_BRANCHES = new RegExp(String.raw`\s*${JS_RETURN}\s*(else\b\s*)?${JS_RETURN}`, "y");

/** `if (c) { return true; } else { return false; }` is `return c;`, where c is a boolean. */
function returnedConditions(source: string, mask: string): readonly Edit[] {
  return [...mask.matchAll(JS_IF)].flatMap(({ 0: head, index }) => {
    // `else if` belongs to a longer chain, whose end this is not.
    const before = mask.slice(Math.max(0, index - BEHIND), index).trimEnd();
    if (/\belse$/.test(before) || (before === "" && index > BEHIND)) return [];
    const open = index + head.length;
    const close = closingBracket(mask, open);
    if (close === undefined) return [];
    JS_BRANCHES.lastIndex = close + 1;
    const branches = JS_BRANCHES.exec(mask);
    if (branches === null) return [];
    const end = close + 1 + branches[0].length;
    const [whenTrue, whenFalse] = [branches[1] ?? branches[2], branches[4] ?? branches[5]];
    // Without else the second return is a statement of its own, and `while (x) if (a) …` ends before it.
    if (branches[3] === undefined && !/(?:^|[{};])$/.test(before)) return [];
    // A comment between the branches would be lost.
    if (whenTrue === whenFalse || source.slice(close + 1, end) !== mask.slice(close + 1, end)) return [];
    // One in the condition could take what is put behind it, or end the line behind `return`.
    if (/\/[/*]/.test(source.slice(open, close))) return [];
    const text = `return ${jsCondition(source.slice(open, close).trim(), mask.slice(open, close), whenTrue === "true")};`;
    const description = "return the condition instead of true and false";
    return [{ rule: "return-condition", description, start: index, end, text }];
  });
}

/** An expression that can only be a boolean is returned as it is; any other is made one. */
function jsCondition(condition: string, mask: string, positive: boolean): string {
  const outer = withoutBrackets(mask).trim();
  const simple = !/[&|^?,]|=>|\byield\b|(?<![=!<>])=(?!=)/.test(outer);
  const compares = simple && /^[^<>=!]*(?:[=!]==?|<=?|>=?)[^<>=!]*$/.test(outer);
  const negated = simple && /^!(?!=)[\w$.\s]*$/.test(outer);
  if (positive) return compares || negated ? condition : `Boolean(${condition})`;
  return `!(${condition})`;
}

/** What stands in brackets says nothing of the kind of the whole: `f(a === b)` may be anything. */
function withoutBrackets(mask: string): string {
  const inner = /\([^()[\]{}]*\)|\[[^()[\]{}]*\]|\{[^()[\]{}]*\}/g;
  let outer = mask;
  for (let before = ""; before !== outer;) {
    before = outer;
    outer = outer.replace(inner, "");
  }
  return outer;
}

/** `typeof` gives text, and text compared with text is the same with two equals signs as with three. */
function looseTypeof(source: string, mask: string): readonly Edit[] {
  const loose = /\btypeof\s+[\w$.]+\s*([=!]=)(?!=)\s*/g;
  return [...mask.matchAll(loose)].flatMap(({ 0: found, 1: operator = "", index }) => {
    // `!typeof a == "0"` compares other things; with none of these words it can be true.
    if (!TYPE_NAME.test(source.slice(index + found.trimEnd().length))) return [];
    const start = index + found.lastIndexOf(operator);
    const description = `compare with ${operator}= instead of ${operator}`;
    return [
      { rule: "strict-typeof", description, start, end: start + operator.length, text: `${operator}=` },
    ];
  });
}

const TYPE_NAME = /^\s*(["'])(?:undefined|object|boolean|number|bigint|string|symbol|function)\1/;

const PY_IF =
  /^([ \t]*)if ([^\n]+):[ \t]*\r?\n\1([ \t]+)return (True|False)[ \t]*\r?\n(?:\1else:[ \t]*\r?\n\1\3|\1)return (True|False)[ \t]*(?=\r?\n|$)/gm;

/** `if c: return True else: return False` is `return bool(c)`. */
function pythonConditions(source: string, mask: string): readonly Edit[] {
  return [...mask.matchAll(PY_IF)].flatMap(({ 0: found, index, ...groups }) => {
    const [indent = "", condition = "", , whenTrue, whenFalse] = [
      groups[1],
      groups[2],
      groups[3],
      groups[4],
      groups[5],
    ];
    const end = index + found.length;
    const written = source.slice(index + indent.length + 3, index + indent.length + 3 + condition.length);
    const rest = index + indent.length + 3 + condition.length;
    if (whenTrue === whenFalse || source.slice(rest, end) !== mask.slice(rest, end)) return [];
    // An assignment expression binds a name, which is easier to see in an if.
    if (condition.includes(":=") || condition.length > MAX_CONDITION) return [];
    const outer = withoutBrackets(condition);
    const known = /\b(?:is|in)\b/.test(outer) && !/[<>=!]|\b(?:and|or|if|lambda)\b/.test(outer);
    const text = whenTrue === "True" ? (known ? written : `bool(${written})`) : `not (${written})`;
    const description = "return the condition instead of True and False";
    return [{ rule: "return-condition", description, start: index, end, text: `${indent}return ${text}` }];
  });
}

/** What follows `in` or `is`: one operand, and then nothing that could make a chain of comparisons of it. */
const PY_OPERAND =
  /^(?:(?!not\b)[\w.]+(?:\([^()\n]*\)|\[[^[\]\n]*\])*|"[^"\n]*"|'[^'\n]*')[ \t]*(?:$|[\r\n:),\]}#]|(?:and|or|if|else)\b)/;

/** `not x in y` and `x not in y` are the same expression to Python, unless they are part of a longer comparison. */
function notIn(source: string, mask: string): readonly Edit[] {
  const matches = [...mask.matchAll(/(?<!\bis[ \t]+)\bnot ([\w.]+) (in|is) /g)];
  return matches.flatMap(({ 0: found, 1: left = "", 2: word = "", index }) => {
    const end = index + found.length;
    if (left === "in" || source.slice(index, end) !== found || !PY_OPERAND.test(source.slice(end))) return [];
    const text = word === "in" ? `${left} not in ` : `${left} is not `;
    const description = `write "${text.trim()}" instead of "${found.trim()}"`;
    return [{ rule: `not-${word}`, description, start: index, end, text }];
  });
}

function closingBracket(mask: string, from: number): number | undefined {
  let depth = 1;
  const end = Math.min(mask.length, from + MAX_CONDITION);
  for (let at = from; at < end; at += 1) {
    depth += Number(mask[at] === "(") - Number(mask[at] === ")");
    if (depth === 0) return at;
  }
  return undefined;
}
