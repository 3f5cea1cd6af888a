import type { Names } from "./names.ts";
import type { ReviewRule } from "./rule.ts";

/** exec and execSync of node:child_process; `.exec(` of a regular expression is another function. */
const JS_SHELL =
  /(?:(?<![\w$.])|\b(?:child_process|childProcess|cp)\.)exec(?:Sync)?\s*\(\s*(?:`[^`]{0,400}\$\{(?!\s*[A-Z][A-Z0-9_]*\s*\})|[^,)]{0,400}?["']\s*\+|[^,)"'`]{0,400}?\+\s*["'`])/s;
const JS_SPAWN = /\b(?:spawn|execFile|execa|execaCommand)(?:Sync)?\s*\(/;
const PY_OS =
  /\b(?:os\.(?:system|popen)|subprocess\.get(?:status)?output)\s*\(\s*(?:[fF]["'][^"']{0,400}\{|[^)]{0,400}["']\s*(?:%|\+|\.format)|[A-Za-z_][\w.]*\s*[)+])/s;
/** A shell that is started by its name, with a command line that is put together. */
const SHELL_BY_NAME =
  /["'](?:\/bin\/)?(?:ba|da|z)?sh["']\s*,\s*\[?\s*["']-c["']\s*,\s*(?:`[^`]{0,400}\$\{(?!\s*[A-Z][A-Z0-9_]*\s*\})|[fF]["'][^"'{]{0,400}\{|["'][^"']{0,400}["']\s*(?:\+|%|\.format))/;
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
  found: (text, names) => {
    if (isShellOption(text, names) || [JS_SHELL, PY_OS, SHELL_BY_NAME].some((pattern) => pattern.test(text)))
      return true;
    if (PY_SHELL.test(text) && PY_SUBPROCESS.test(text)) return true;
    const argument = /(?<![\w$.])exec(?:Sync)?\s*\(\s*([A-Za-z_$][\w$.]*)\s*[,)]/.exec(text)?.[1];
    return argument !== undefined && names.areSent(argument);
  },
};

/** A program that is started through a shell, with something in its arguments that is put together or was sent. */
function isShellOption(text: string, names: Names): boolean {
  const start = JS_SPAWN.exec(text);
  if (start === null) return false;
  const rest = text.slice(start.index + start[0].length);
  const shell = rest.search(/\bshell\s*:\s*(?:true|["'])/);
  if (shell < 0) return false;
  const given = rest.slice(0, shell);
  return /\$\{(?!\s*[A-Z][A-Z0-9_]*\s*\})|\+/.test(given) || names.areSent(given);
}

/** `eval(x)`, `new Function(x)`, Python's `exec(x)`; `model.eval()` and `ast.literal_eval` are other functions. */
const RUN_AS_CODE = {
  javascript: /(?<![\w$.])(?:(?:window\.|globalThis\.)?eval|(?:new\s+)?Function)\s*\((.*)\)/s,
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
