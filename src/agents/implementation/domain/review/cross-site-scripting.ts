import { inPage } from "./harmless.ts";
import { isJoined, plainLiteralsOf, pythonLiteralsOf, templatesOf } from "./literals.ts";
import type { Names } from "./names.ts";
import type { Dialect, ReviewRule } from "./rule.ts";

const TEXT = String.raw`(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\x60[^\x60$]*\x60|\d+|null|undefined)`;
const CONSTANT = new RegExp(String.raw`^\s*${TEXT}(?:\s*\+\s*${TEXT})*\s*(?:[;,)}]|$)`);
const HTML_SINKS = [
  /(?:\.(?:(?:inner|outer)HTML|srcdoc)|\[["'](?:inner|outer)HTML["']\])\s*\+?=(?!=)\s*(.+)/s,
  /\.insertAdjacentHTML\s*\(\s*[^,]+,\s*(.+)\)/s,
  /\b(?:document\.write(?:ln)?|createContextualFragment|setHTMLUnsafe|bypassSecurityTrust\w+)\s*\((.+)\)/s,
  /__html\s*:\s*(.+)/s,
  /\bdangerouslySetInnerHTML=\{\s*([A-Za-z_$][^}]*)/s,
  // jQuery's, with something in it; Hono's `c.html(page)` answers with a page.
  /(?:(?:\$|\bjQuery)\([^()]*\)|(?<![\w$])\$\w+)(?:\.\w+\([^()]*\))*\.html\s*\(\s*([^\s)].*)\)/s,
  /\b(?:mark_safe|Markup)\s*\((.+)\)/s,
  /\brender_template_string\s*\((.+)\)/s,
  /\bv-html\s*=\s*"([^"]+)"/s,
];
/** What is answered, by Express, Fastify and Hono, or put into a page by jQuery. */
const RESPONSE =
  /\b(?:res(?:ponse)?|reply)(?:\.\w+\([^()]*\))*\.(?:send|write|end)\s*\(\s*(?=[`"'])|\b(?:c|ctx)\.html\s*\(\s*(?=[`"'])|\.(?:append|prepend|after|before|replaceWith)\s*\(\s*(?=[`"'])/i;
/** Templates that put a value in as it is: Jinja, Svelte, EJS, Handlebars. */
const MARKUP = [
  /\{\{[^}]{0,400}\|\s*safe\s*\}\}/,
  /\{@html\s+[^}]+\}/,
  /<%-\s*(?!include\b)[^%"'\s][^%]{0,400}%>/,
  /\{\{\{\s*[^{}"'\s>#/][^{}]{0,400}\}\}\}/,
];
const PY_RESPONSE = /\b(?:HttpResponse|HTMLResponse|make_response|Response)\s*\(\s*(?=[fFrR]{0,2}["'])/;
const NO_PAGE = /\b(?:text\/plain|application\/)/;
const TAG = /<[a-z!]/i;

/** A page that is answered with a value in its text. */
function isHtmlResponse(text: string): boolean {
  const start = RESPONSE.exec(text);
  if (start === null) return false;
  const argument = text.slice(start.index + start[0].length);
  if (argument.startsWith("`")) {
    const body = templatesOf(argument)[0] ?? "";
    const tag = body.search(TAG);
    return tag >= 0 && body.slice(tag).includes("${");
  }
  const [literal] = plainLiteralsOf(argument);
  return literal !== undefined && TAG.test(literal.body) && isJoined(argument, literal.end);
}

/** The same in Python: a response, or what a view of Flask returns where a user has sent it. */
function isPythonPage(text: string, names: Names): boolean {
  const start = PY_RESPONSE.exec(text) ?? (names.areSent(text) ? /^\s*return\s+/.exec(text) : null);
  if (start === null || NO_PAGE.test(text)) return false;
  const value = text.slice(start.index + start[0].length);
  const [literal] = pythonLiteralsOf(value);
  if (literal === undefined || !/^[fFrR]{0,2}["']/.test(value) || !TAG.test(literal.body)) return false;
  const isFormatted =
    literal.prefix.includes("f") && literal.body.slice(literal.body.search(TAG)).includes("{");
  return (
    isFormatted ||
    isJoined(value, literal.end) ||
    /^\s*(?:%\s*[\w(]|\.format\s*\()/.test(value.slice(literal.end, literal.end + 200))
  );
}

function becomesHtml(text: string, names: Names, dialect: Dialect): boolean {
  if (isHtmlResponse(text) || MARKUP[0]?.test(text) === true) return true;
  if (dialect === "markup" && MARKUP.some((pattern) => pattern.test(text))) return true;
  if (dialect === "python" && isPythonPage(text, names)) return true;
  return HTML_SINKS.some((sink) => {
    const value = sink.exec(text)?.[1];
    if (value === undefined || CONSTANT.test(value)) return false;
    const name = /^\s*([\w$]+)\s*[;)}]*\s*$/.exec(value)?.[1] ?? "";
    return !CONSTANT.test(inPage.without(names.valueOf(name)));
  });
}

export const crossSiteScripting: ReviewRule = {
  cwe: "CWE-79",
  title: "Cross-site scripting",
  severity: "high",
  message:
    "A value becomes part of a page as HTML: whoever chooses the value can run scripts in the reader's browser.",
  fix: "Set text (textContent, a template that escapes), or clean the value with a sanitizer first.",
  dialects: ["javascript", "python", "markup"],
  found: (text, names, dialect) =>
    becomesHtml(text, names, dialect) && becomesHtml(inPage.without(text), names, dialect),
};
