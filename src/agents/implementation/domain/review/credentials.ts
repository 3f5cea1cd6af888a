import type { Dialect, ReviewRule } from "./rule.ts";

/** A name that ends in what it holds: password, apiKey, DB_SECRET. `tokenType` and `passwordField` hold no secret. */
const SECRET_NAME = String.raw`(?:[\w$-]{0,60}(?:password|passwd|passphrase|secret|api[_-]?key|access[_-]?key|private[_-]?key|secret[_-]?key|auth[_-]?token|access[_-]?token|refresh[_-]?token|client[_-]?secret)|(?:[\w$]{0,60}[_-])?(?:token|pwd))`;
const ASSIGNED = new RegExp(
  String.raw`(?<![\w$])["']?(${SECRET_NAME})["']?\s*\]?\s*(?::\s*\w+\s*)?(?::=|=(?!=)|:)\s*[rRbBuU]{0,2}(["'\x60])((?:(?!\2)[^\n]){6,}?)\2(?!\s*(?:\|(?!\|)|=(?!=)))`,
  "i",
);
/** What people write where a secret is to be put in. */
const PLACEHOLDER =
  /^(?:<.*>|[[(^].*|\$[A-Za-z_].*|\$\{.*|\{\{.*|%\(.*|x{3,}|\*{3,}|\.{3,}|(?:your|my|the|an?|some)[-_ ].*|.*(?:example|placeholder|(?:change|replace|fill)[-_ ]?me|dummy|todo|redacted).*|(?:string|password|secret|token|bearer|undefined|required|optional)|urn:.*|.*\s.*)$/i;
/** `key: "Type"` without quotes around the name is an annotation in Python, where a dictionary quotes its keys. */
const ANNOTATED = /(?<![\w$"'])[A-Za-z_]\w*\s*:\s*["'][^"']*["']/;
/** A word as a page shows it: `password: "Passwort"`. */
const LABEL = /^\p{Lu}\p{Ll}+$/u;
/** Keys that are known by their form, whatever they are called. */
const KNOWN_KEY = new RegExp(
  [
    String.raw`\b(?:AKIA|ASIA)(?!\w*EXAMPLE)[0-9A-Z]{16}\b`,
    String.raw`\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_\w{50,}|\bglpat-[\w-]{20,}|\bnpm_[A-Za-z0-9]{36}\b`,
    String.raw`\bxox[abprs]-[A-Za-z0-9-]{10,}|\b[sr]k_live_[A-Za-z0-9]{16,}|\bsk-(?:proj|ant)-[\w-]{20,}|\bAIza[\w-]{35}\b`,
    "-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----",
  ].join("|"),
);
const IN_URL = /\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"'`$]+:(?!\*+@|<|\$|password@)[^\s:/@"'`$]{3,}@/i;
/** What signs a token. */
const SIGNED = /\bjwt\.(?:sign|verify|encode|decode)\(\s*(?:\{[^{}]*\}|[^,{]+),\s*b?["'`]([^"'`]{6,})["'`]/;
/** Where credentials are made up. */
const TESTS =
  /(?:^|\/)(?:tests?|__tests__|__mocks__|specs?|fixtures?|testdata|e2e)\/|[._-](?:test|spec)\.\w+$|(?:^|\/)(?:test_[^/]*|conftest)\.py$/i;

/** What is taken where the environment has no such value: everybody knows it. */
const FALLBACKS = [
  new RegExp(
    String.raw`\benv(?:\.|\[["'])${SECRET_NAME}(?:["']\])?\s*(?:\|\||\?\?)\s*["'\x60]([^"'\x60]{6,})["'\x60]`,
    "i",
  ),
  new RegExp(
    String.raw`\b(?:environ\.get|getenv)\(\s*["']${SECRET_NAME}["']\s*(?:,|\)\s*or)\s*["']([^"']{6,})["']`,
    "i",
  ),
];
/** Credentials of HTTP; all of them that are real hold a digit. */
const AUTHORIZATION =
  /\b(?:Proxy-)?Authorization["']?\s*[:=,\]]{1,2}\s*["'`](?:Bearer|Basic|Token|ApiKey)\s+(?=[^"'`]*\d)([\w.~+/=-]{12,})["'`]/i;
/** A line of a file of settings, whose values need no quotes. */
const SETTING = new RegExp(
  String.raw`^\s*(?:-\s+)?(?:export\s+|(ENV|ARG)\s+(?:\w+=\S*\s+){0,20})?((?:[\w-]{1,60}\.){0,6}${SECRET_NAME})(\s*=\s*|:\s+|\s+(?=\S+$))([^\s"'#$<{[&*!|>/][^\s"'$<{]{5,})\s*(?:#.*)?$`,
  "i",
);
/** The name of a secret that is kept elsewhere, as files of Kubernetes have it, or a word of a schema. */
const REFERENCE = /^[a-z]+$|^(?:true|false|null)$|(?:secret|passw|token|credential|key|ref)/i;

const about = {
  cwe: "CWE-798",
  title: "Hard-coded credentials",
  severity: "high",
  message: "A secret stands in the source: everyone who can read the repository, now or later, has it.",
  fix: "Read it from the environment or a secret store, and replace the one that was published.",
  dialects: ["javascript", "python", "markup", "settings", "other"],
} as const;

/** A real key is one wherever it stands. */
export const publishedKeys: ReviewRule = {
  ...about,
  inComments: true,
  found: (text) => KNOWN_KEY.test(text),
};

export const hardCodedCredentials: ReviewRule = {
  ...about,
  notIn: TESTS,
  found: (text, _names, dialect) => {
    if (IN_URL.test(text)) return true;
    const values = [...FALLBACKS, AUTHORIZATION, SIGNED].map((pattern) => pattern.exec(text)?.[1]);
    return [...values, assigned(text, dialect), set(text, dialect)].some(
      (value) => value !== undefined && !PLACEHOLDER.test(value) && !LABEL.test(value),
    );
  },
};

function assigned(text: string, dialect: Dialect): string | undefined {
  const [all = "", name = "", , value = ""] = ASSIGNED.exec(text) ?? [];
  if (dialect === "python" && !all.includes("=") && ANNOTATED.test(all)) return undefined;
  // `ACCESS_TOKEN = "access_token"` names a field.
  return letters(name).endsWith(letters(value)) ? undefined : value;
}

function letters(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9]/g, "").toLowerCase();
}

/** `DB_PASSWORD=…` means what it says; `secret: …` may name one, so that a value in YAML has to look like one. */
function set(text: string, dialect: Dialect): string | undefined {
  const [, instruction, , sign = "", value = ""] = (dialect === "settings" && SETTING.exec(text)) || [];
  if (value === "" || (sign.trim() === "" && instruction === undefined)) return undefined;
  return sign.startsWith(":") && (REFERENCE.test(value) || !/\d/.test(value)) ? undefined : value;
}

/** A report is read by more people than the source: of a secret the first two characters stay. */
export function hideSecrets(text: string): string {
  return text
    .replace(/(["'`])((?:(?!\1).){2})(?:(?!\1).){4,}\1/g, "$1$2***$1")
    .replace(/(:\/\/[^\s:/@]+:)[^\s@]+@/g, "$1***@")
    .replace(SETTING, (line: string, ...[, , , value = ""]: readonly string[]) =>
      line.replace(value, `${value.slice(0, 2)}***`),
    )
    .replace(
      /\b(AKIA|ASIA|AIza|gh[pousr]_|github_pat_|glpat-|npm_|xox[abprs]-|[sr]k_live_|sk-(?:proj|ant)-)[\w-]{10,}/g,
      "$1***",
    )
    .replace(/-----BEGIN ([A-Z ]*)PRIVATE KEY-----.*/, "-----BEGIN $1PRIVATE KEY----- ***");
}
