import type { ReviewRule } from "./rule.ts";

// Only the keywords are the same in both cases: whether a value is a constant is told by its capitals.
const SQL = String.raw`(?i:select\s[^;]*?\sfrom\s|insert\s+into\s|update\s+[\w."\[\]]+\s+set\s|delete\s+from\s|drop\s+table\s)`;

/** A value put into a text: `${value}`, but not `${TABLE}`, which by convention is a constant. */
const PUT_IN = String.raw`\$\{(?!\s*[A-Z][A-Z0-9_]*\s*\})`;

/** A template literal with SQL and a value in it. A tag such as sql`…` binds its values and is left alone. */
const JS_SQL_TEMPLATE = new RegExp("(?<![\\w$)\\]])`[^`]*?" + SQL + "[^`]*?" + PUT_IN + "[^`]*`", "s");
const JS_SQL_PLUS = new RegExp(
  String.raw`(["'])[^"'\n]*?${SQL}.*?\1\s*\+\s*(?!["'\x60\s])(?![A-Z][A-Z0-9_]*\b(?!\())`,
  "s",
);
const RAW_QUERY = /\$(?:query|execute)RawUnsafe\s*\(\s*`[^`]*\$\{/;

const PY_SQL_F = new RegExp(
  String.raw`\b[rR]?[fF][rR]?("""|'''|"|')(?:(?!\1).)*?${SQL}(?:(?!\1).)*?\{(?!\{)(?!\s*[A-Z][A-Z0-9_]*\s*\})`,
  "s",
);
const PY_SQL_FORMAT = new RegExp(
  String.raw`("""|'''|"|')(?:(?!\1).)*?${SQL}(?:(?!\1).)*?\1\s*(?:%\s*[\w(]|\.format\s*\(|\+\s*(?!["'\s])(?![A-Z][A-Z0-9_]*\b(?!\()))`,
  "s",
);

export const sqlInjection: ReviewRule = {
  cwe: "CWE-89",
  title: "SQL injection",
  severity: "high",
  message:
    "A value is put into the text of an SQL statement: whoever chooses the value can change the statement.",
  fix: "Keep the statement constant and pass the value as a parameter of the query.",
  dialects: ["javascript", "python"],
  found: (text) =>
    [JS_SQL_TEMPLATE, JS_SQL_PLUS, RAW_QUERY, PY_SQL_F, PY_SQL_FORMAT].some((pattern) => pattern.test(text)),
};

/** exec and execSync of node:child_process; `.exec(` of a regular expression is another function. */
const JS_SHELL =
  /(?:(?<![\w$.])|\b(?:child_process|childProcess|cp)\.)exec(?:Sync)?\s*\(\s*(?:`[^`]*\$\{|[^,)]*?["']\s*\+|[^,)"'`]*?\+\s*["'`])/s;
const JS_SHELL_OPTION = /\b(?:spawn|execFile)(?:Sync)?\s*\(.*(?:\$\{|\+).*\bshell\s*:\s*true/s;
const PY_OS =
  /\bos\.(?:system|popen)\s*\(\s*(?:[fF]["'][^"']*\{|[^)]*["']\s*(?:%|\+|\.format)|[A-Za-z_][\w.]*\s*[)+])/s;
const PY_SUBPROCESS =
  /\bsubprocess\.(?:run|call|check_call|check_output|Popen|getoutput)\s*\((?!\s*["'][^"'{}]*["']\s*,).*\bshell\s*=\s*True/s;

export const commandInjection: ReviewRule = {
  cwe: "CWE-78",
  title: "Command injection",
  severity: "critical",
  message:
    "A command line is built from a value and given to a shell: whoever chooses the value can run other commands.",
  fix: "Run the program without a shell and pass its arguments as a list (execFile, spawn, subprocess.run([...])).",
  dialects: ["javascript", "python"],
  found: (text, taint) => {
    if ([JS_SHELL, JS_SHELL_OPTION, PY_OS, PY_SUBPROCESS].some((pattern) => pattern.test(text))) return true;
    const argument = /(?<![\w$.])exec(?:Sync)?\s*\(\s*([A-Za-z_$][\w$.]*)\s*[,)]/.exec(text)?.[1];
    return argument !== undefined && taint.touches(argument);
  },
};

const SAFE_HTML =
  /\b(?:DOMPurify\.sanitize|sanitizeHtml|sanitize\w*|escapeHtml|escape\w*|encodeURIComponent|bleach\.clean|html\.escape|he\.encode)\s*\(/i;
const CONSTANT = /^\s*(?:"[^"]*"|'[^']*'|`[^`$]*`|\d+|null|undefined)\s*[;,)}]*\s*$/;
const HTML_SINKS = [
  /\.(?:inner|outer)HTML\s*\+?=(?!=)\s*([^;]+)/s,
  /\.insertAdjacentHTML\s*\(\s*[^,]+,\s*(.+)\)/s,
  /\bdocument\.write(?:ln)?\s*\((.+)\)/s,
  /__html\s*:\s*([^}]+)/s,
  /\b(?:mark_safe|Markup)\s*\((.+)\)/s,
  /\brender_template_string\s*\((.+)\)/s,
  /\bv-html\s*=\s*"([^"]+)"/s,
];
const JS_HTML_RESPONSE =
  /\bres(?:ponse)?\.(?:send|write|end)\s*\(\s*(`[^`]*<[a-z!][^`]*\$\{[^`]*`|["'][^"']*<[a-z!][^"']*["']\s*\+.*)/is;

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
    if (JS_HTML_RESPONSE.test(text) || /\{\{[^}]*\|\s*safe\s*\}\}/.test(text)) return true;
    return HTML_SINKS.some((sink) => {
      const value = sink.exec(text)?.[1];
      return value !== undefined && !CONSTANT.test(value);
    });
  },
};
