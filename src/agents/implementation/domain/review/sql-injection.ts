import { inSql } from "./harmless.ts";
import { isJoined, plainLiteralsOf, pythonLiteralsOf, templatesOf, withoutTexts } from "./literals.ts";
import type { Names } from "./names.ts";
import type { ReviewRule } from "./rule.ts";
import { sqlEnd } from "./sql-text.ts";

/** A value put into a text: `${value}`, but not `${TABLE}`, which by convention is a constant. */
const PUT_IN = /\$\{(?!\s*[A-Z][A-Z0-9_]*\s*\})/;
const PY_PUT_IN = /\{(?!\s*[A-Z][A-Z0-9_]*\s*\})/;
const RAW_QUERY = /\$(?:query|execute)RawUnsafe\s*\(\s*`[^`]*\$\{/;
const PY_FORMATTED = /^\s*(?:\\\s*)?(?:%\s*[\w({[]|\.format\s*\()/;
/** A text that `util.format` fills, up to its end. */
const FORMAT = /\bformat\s*\(\s*(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`$]*`)\s*,/g;
/** A list that is joined to one text. */
const LIST = /\[([^[\]]*(?:\[[^[\]]*\][^[\]]*)*)\]\s*\.join\s*\(/g;
const PY_LIST = /\.join\s*\(\s*[[(]([^[\]()]*)[\])]\s*\)/g;
/** A condition of a query builder. */
const CONDITION = /\.(?:and|or)?(?:where|having)(?:Raw)?\s*\(\s*(?=["'`])/gi;
const COMPARES = /=|<|>|\b(?:like|in|is|between)\b/i;
const ADDED = /(?<![\w$.])([A-Za-z_$][\w$]*)\s*\+=\s*(\S.*)$/s;

/** What stands in a text behind the words that make it SQL; null where it is none. */
function behindSql(body: string): string | null {
  const end = sqlEnd(body);
  return end < 0 ? null : body.slice(end);
}

function hasJoinedSql(text: string): boolean {
  if (templatesOf(text).some((body) => PUT_IN.test(behindSql(body) ?? ""))) return true;
  if (plainLiteralsOf(text).some(({ body, end }) => sqlEnd(body) >= 0 && isJoined(text, end))) return true;
  return pythonLiteralsOf(text).some(({ body, prefix, end }) => {
    const rest = behindSql(body);
    if (rest === null) return false;
    if (prefix.includes("f") && PY_PUT_IN.test(rest)) return true;
    return PY_FORMATTED.test(text.slice(end, end + 200)) || isJoined(text, end);
  });
}

/** `["select … where id =", id].join(" ")` and `format("select … where id = %s", id)`. */
function isPutTogether(text: string): boolean {
  if (!/join|format/.test(text)) return false;
  const lists = [...text.matchAll(LIST), ...text.matchAll(PY_LIST)];
  const isList = lists.some(([, items = ""]) => {
    const hasValue = /[a-z]/.test(withoutTexts(items));
    return hasValue && plainLiteralsOf(items).some(({ body }) => sqlEnd(body) >= 0);
  });
  return isList || [...text.matchAll(FORMAT)].some(([call]) => /%[sdifjoO]/.test(behindSql(call) ?? ""));
}

/** `.where(`name = '${name}'`)`: the text is only a part of a statement, which the builder makes. */
function isCondition(text: string): boolean {
  return [...text.matchAll(CONDITION)].some(({ 0: start, index }) => {
    const argument = text.slice(index + start.length);
    if (argument.startsWith("`")) {
      const body = templatesOf(argument)[0] ?? "";
      return COMPARES.test(body.split("${")[0] ?? "") && PUT_IN.test(body);
    }
    const [literal] = plainLiteralsOf(argument);
    return literal !== undefined && COMPARES.test(literal.body) && isJoined(argument, literal.end);
  });
}

/** A value that is added to a name that holds an SQL statement. */
function isAddedToSql(text: string, names: Names): boolean {
  const [, name = "", value = ""] = ADDED.exec(text) ?? [];
  if (name === "" || sqlEnd(names.valueOf(name)) < 0) return false;
  if (value.startsWith("`")) return templatesOf(value).some((body) => PUT_IN.test(body));
  if (!/^[fF]?["']/.test(value)) return !/^(?:[A-Z][A-Z0-9_]*|\d+)\s*;?\s*$/.test(value);
  const [literal] = pythonLiteralsOf(value);
  if (literal === undefined) return false;
  if (literal.prefix.includes("f") && PY_PUT_IN.test(literal.body)) return true;
  return PY_FORMATTED.test(value.slice(literal.end, literal.end + 200)) || isJoined(value, literal.end);
}

export const sqlInjection: ReviewRule = {
  cwe: "CWE-89",
  title: "SQL injection",
  severity: "high",
  message:
    "A value is put into the text of an SQL statement: whoever chooses the value can change the statement.",
  fix: "Keep the statement constant and pass the value as a parameter of the query.",
  dialects: ["javascript", "python"],
  // What makes a value harmless is looked for where there is something to be made harmless.
  found: (text, names) => isInjected(text, names) && isInjected(inSql.without(text), names),
};

function isInjected(text: string, names: Names): boolean {
  return (
    RAW_QUERY.test(text) ||
    hasJoinedSql(text) ||
    isPutTogether(text) ||
    isAddedToSql(text, names) ||
    isCondition(text)
  );
}
