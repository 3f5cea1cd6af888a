import type { ReviewRule } from "./rule.ts";
import { isJoined, plainLiteralsOf, pythonLiteralsOf, sqlEnd, templatesOf } from "./sql-text.ts";

/** A value put into a text: `${value}`, but not `${TABLE}`, which by convention is a constant. */
const PUT_IN = /\$\{(?!\s*[A-Z][A-Z0-9_]*\s*\})/;
const PY_PUT_IN = /\{(?!\s*[A-Z][A-Z0-9_]*\s*\})/;
const RAW_QUERY = /\$(?:query|execute)RawUnsafe\s*\(\s*`[^`]*\$\{/;
const PY_FORMATTED = /^\s*(?:%\s*[\w(]|\.format\s*\()/;

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
    // Two braces are one that is written out.
    if (prefix.includes("f") && PY_PUT_IN.test(rest.replaceAll("{{", ""))) return true;
    return PY_FORMATTED.test(text.slice(end, end + 200)) || isJoined(text, end);
  });
}

export const sqlInjection: ReviewRule = {
  cwe: "CWE-89",
  title: "SQL injection",
  severity: "high",
  message:
    "A value is put into the text of an SQL statement: whoever chooses the value can change the statement.",
  fix: "Keep the statement constant and pass the value as a parameter of the query.",
  dialects: ["javascript", "python"],
  found: (text) => RAW_QUERY.test(text) || hasJoinedSql(text),
};

/** exec and execSync of node:child_process; `.exec(` of a regular expression is another function. */
const JS_SHELL =
  /(?:(?<![\w$.])|\b(?:child_process|childProcess|cp)\.)exec(?:Sync)?\s*\(\s*(?:`[^`]{0,400}\$\{|[^,)]{0,400}?["']\s*\+|[^,)"'`]{0,400}?\+\s*["'`])/s;
const JS_SPAWN = /\b(?:spawn|execFile)(?:Sync)?\s*\(/;
const PY_OS =
  /\b(?:os\.(?:system|popen)|subprocess\.get(?:status)?output)\s*\(\s*(?:[fF]["'][^"']{0,400}\{|[^)]{0,400}["']\s*(?:%|\+|\.format)|[A-Za-z_][\w.]*\s*[)+])/s;
/** A shell that is started by its name, with a command line that is put together. */
const SHELL_BY_NAME =
  /["'](?:\/bin\/)?(?:ba|da|z)?sh["']\s*,\s*\[?\s*["']-c["']\s*,\s*(?:`[^`]{0,400}\$\{|[fF]["'][^"'{]{0,400}\{|["'][^"']{0,400}["']\s*(?:\+|%|\.format))/;
const PY_SHELL = /\bshell\s*=\s*True/;
const PY_SUBPROCESS =
  /(?:\bsubprocess\.|(?<![\w.]))(?:run|call|check_call|check_output|Popen)\s*\((?!\s*["'][^"'{}]*["']\s*,).*\bshell\s*=\s*True/s;

export const commandInjection: ReviewRule = {
  cwe: "CWE-78",
  title: "Command injection",
  severity: "critical",
  message:
    "A command line is built from a value and given to a shell: whoever chooses the value can run other commands.",
  fix: "Run the program without a shell and pass its arguments as a list (execFile, spawn, subprocess.run([...])).",
  dialects: ["javascript", "python"],
  found: (text, taint) => {
    if (isShellOption(text) || [JS_SHELL, PY_OS, SHELL_BY_NAME].some((pattern) => pattern.test(text)))
      return true;
    if (PY_SHELL.test(text) && PY_SUBPROCESS.test(text)) return true;
    const argument = /(?<![\w$.])exec(?:Sync)?\s*\(\s*([A-Za-z_$][\w$.]*)\s*[,)]/.exec(text)?.[1];
    return argument !== undefined && taint.touches(argument);
  },
};

/** A program that is started through a shell, with something in its arguments that is put together. */
function isShellOption(text: string): boolean {
  const start = JS_SPAWN.exec(text);
  if (start === null) return false;
  const rest = text.slice(start.index + start[0].length);
  const joined = rest.search(/\$\{|\+/);
  return joined >= 0 && /\bshell\s*:\s*true/.test(rest.slice(joined));
}

const SAFE_HTML =
  /\b(?:DOMPurify\.sanitize|sanitizeHtml|sanitize\w*|escapeHtml|escape\w*|encodeURIComponent|bleach\.clean|html\.escape|he\.encode)\s*\(/i;
const CONSTANT = /^\s*(?:"[^"]*"|'[^']*'|`[^`$]*`|\d+|null|undefined)\s*[;,)}]*\s*$/;
const HTML_SINKS = [
  /(?:\.(?:(?:inner|outer)HTML|srcdoc)|\[["'](?:inner|outer)HTML["']\])\s*\+?=(?!=)\s*([^;]+)/s,
  /\.insertAdjacentHTML\s*\(\s*[^,]+,\s*(.+)\)/s,
  /\bdocument\.write(?:ln)?\s*\((.+)\)/s,
  /__html\s*:\s*([^}]+)/s,
  /\b(?:mark_safe|Markup)\s*\((.+)\)/s,
  /\brender_template_string\s*\((.+)\)/s,
  /\bv-html\s*=\s*"([^"]+)"/s,
];
const RESPONSE = /\bres(?:ponse)?\.(?:send|write|end)\s*\(\s*(?=[`"'])/i;

/** A page that is answered with a value in its text. */
function isHtmlResponse(text: string): boolean {
  const start = RESPONSE.exec(text);
  if (start === null) return false;
  const argument = text.slice(start.index + start[0].length);
  if (argument.startsWith("`")) {
    const body = templatesOf(argument)[0] ?? "";
    const tag = body.search(/<[a-z!]/i);
    return tag >= 0 && body.slice(tag).includes("${");
  }
  const [literal] = plainLiteralsOf(argument);
  return literal !== undefined && /<[a-z!]/i.test(literal.body) && isJoined(argument, literal.end);
}

export const crossSiteScripting: ReviewRule = {
  cwe: "CWE-79",
  title: "Cross-site scripting",
  severity: "high",
  message:
    "A value becomes part of a page as HTML: whoever chooses the value can run scripts in the reader's browser.",
  fix: "Set text (textContent, a template that escapes), or clean the value with a sanitizer first.",
  dialects: ["javascript", "python", "markup"],
  found: (text) => {
    if (SAFE_HTML.test(text)) return false;
    if (isHtmlResponse(text) || /\{\{[^}]{0,400}\|\s*safe\s*\}\}/.test(text)) return true;
    return HTML_SINKS.some((sink) => {
      const value = sink.exec(text)?.[1];
      return value !== undefined && !CONSTANT.test(value);
    });
  },
};
