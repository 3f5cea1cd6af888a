import { inCommand } from "./harmless.ts";
import { withoutTexts } from "./literals.ts";
import type { Names } from "./names.ts";
import type { Dialect, ReviewRule } from "./rule.ts";

/** The name of a value that is put in by convention as a constant, or a text. */
const FIXED = String.raw`\s*(?:[A-Z][A-Z0-9_]*\b(?!\s*[(.[])|["'])`;
/** exec and execSync of node:child_process; `.exec(` of a regular expression is another function. */
const JS_EXEC = String.raw`(?:(?<![\w$.])|\b(?:child_process|childProcess|cp|shell)\.|\brequire\(["'](?:node:)?child_process["']\)\.)exec(?:Sync)?\s*\(\s*`;
const JS_SHELL = new RegExp(
  String.raw`${JS_EXEC}(?:\x60[^\x60]{0,400}\$\{(?!\s*[A-Z][A-Z0-9_]*\s*\})|[^,)]{0,400}?["'](?:\s*\+(?!${FIXED})|\.concat\((?!${FIXED}))|[^,)"'\x60]{0,400}?\+\s*["'\x60])`,
  "s",
);
const JS_JOINED = new RegExp(String.raw`${JS_EXEC}\[[^\]]*[a-z][^\]]*\]\s*\.join\(`, "s");
const JS_SPAWN = /\b(?:spawn|execFile|execa|execaCommand)(?:Sync)?\s*\(/;
const PY_OS =
  /\b(?:os\.(?:system|popen)|subprocess\.get(?:status)?output|create_subprocess_shell)\s*\(\s*(?:[fF]["'][^"']{0,400}\{|[^)]{0,400}["']\s*(?:%|\+(?!\s*["'])|\.format)|[A-Za-z_][\w.]*\s*[)+])/s;
/** A shell that is started by its name, with a command line that is put together. */
const SHELL_BY_NAME =
  /["'](?:\/bin\/)?(?:ba|da|z)?sh["']\s*,\s*\[?\s*["']-c["']\s*,\s*(?:`[^`]{0,400}\$\{(?!\s*[A-Z][A-Z0-9_]*\s*\})|[fF]["'][^"'{]{0,400}\{|["'][^"']{0,400}["']\s*(?:\+(?!\s*["'])|%|\.format))/;
const PY_SHELL = /\bshell\s*=\s*True/;
const PY_SUBPROCESS =
  /(?:\bsubprocess\.|(?<![\w.]))(?:run|call|check_call|check_output|Popen)\s*\((?!\s*[fFrRbBuU]{0,2}["'][^"'{}]*["']\s*,).*\bshell\s*=\s*True/s;

export const commandInjection: ReviewRule = {
  cwe: "CWE-78",
  title: "Command injection",
  severity: "critical",
  message:
    "A command line is built from a value and given to a shell: whoever chooses the value can run other commands.",
  fix: "Run the program without a shell and pass its arguments as a list (execFile, spawn, subprocess.run([...])).",
  dialects: ["javascript", "python"],
  found: (text, names, dialect) =>
    isBuilt(text, names, dialect) && isBuilt(inCommand.without(text), names, dialect),
};

function isBuilt(text: string, names: Names, dialect: Dialect): boolean {
  if (isShellOption(text, names) || [JS_SHELL, PY_OS, SHELL_BY_NAME].some((pattern) => pattern.test(text)))
    return true;
  if (PY_SHELL.test(text) && PY_SUBPROCESS.test(text)) return true;
  if (/\bjoin\b/.test(text) && JS_JOINED.test(withoutTexts(text))) return true;
  const argument = /(?<![\w$.])exec(?:Sync)?\s*\(\s*([A-Za-z_$][\w$.]*)\s*[,)]/.exec(text)?.[1];
  if (argument === undefined || dialect !== "javascript") return false;
  return names.areSent(argument) || JS_SHELL.test(`exec(${inCommand.without(names.valueOf(argument))}`);
}

/** A program that is started through a shell, with something in its arguments that is put together or was sent. */
function isShellOption(text: string, names: Names): boolean {
  const start = JS_SPAWN.exec(text);
  if (start === null) return false;
  const rest = text.slice(start.index + start[0].length);
  const shell = rest.search(/\bshell\s*:\s*(?:true|["'])/);
  if (shell < 0) return false;
  const given = rest.slice(0, shell);
  if (/\$\{(?!\s*[A-Z][A-Z0-9_]*\s*\})|\+/.test(given) || names.areSent(given)) return true;
  return /\[[^\]]*(?<![\w$.])[a-z_$][^\]]*\]/.test(withoutTexts(given));
}

/** `eval(x)`, `new Function(x)`, Python's `exec(x)`; `model.eval()` and `ast.literal_eval` are other functions. */
const RUN_AS_CODE = {
  javascript:
    /(?<![\w$.])(?:(?:window\.|globalThis\.)?eval|(?:new\s+)?Function|vm\.(?:run\w+|Script|compileFunction))\s*\((.*)\)/s,
  python: /(?<![\w.])(?:eval|exec|compile)\s*\((.*)\)/s,
} as const;

export const codeInjection: ReviewRule = {
  cwe: "CWE-95",
  title: "Eval injection",
  severity: "critical",
  message: "What a user sent is run as code of this program: whoever sends it can do what the program can.",
  fix: "Read it as data (JSON.parse, ast.literal_eval), or choose from a closed list by it.",
  dialects: ["javascript", "python"],
  found: (text, names, dialect) => {
    const code = RUN_AS_CODE[dialect === "python" ? "python" : "javascript"].exec(
      text.slice(0, text.lastIndexOf(")") + 1),
    )?.[1];
    return code !== undefined && names.areSent(code);
  },
};
