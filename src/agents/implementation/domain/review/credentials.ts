import type { Dialect, ReviewRule } from "./rule.ts";

/** A name that ends in what it holds: password, apiKey, DB_SECRET. `tokenType` and `passwordField` hold no secret. */
const SECRET_NAME = String.raw`(?:[\w$-]{0,60}(?:password|passwd|passphrase|secret|api[_-]?key|access[_-]?key|private[_-]?key|secret[_-]?key|auth[_-]?token|access[_-]?token|refresh[_-]?token|client[_-]?secret)|(?:[\w$]{0,60}[_-])?(?:token|pwd))`;
const ASSIGNED = new RegExp(
  String.raw`(?<![\w$])["']?(${SECRET_NAME})["']?\s*(?::\s*\w+\s*)?(?:=(?!=)|:)\s*["'\x60]([^"'\x60]{6,})["'\x60]`,
  "i",
);
/** What people write where a secret is to be put in. */
const PLACEHOLDER =
  /^(?:<.*>|[[(^].*|\$[A-Za-z_].*|\$\{.*|\{\{.*|%\(.*|x{3,}|\*{3,}|\.{3,}|(?:your|my|the|an?|some)[-_ ].*|.*(?:example|placeholder|changeme|change-me|dummy|todo|redacted).*|(?:string|password|secret|token|bearer|undefined|required|optional)|urn:.*|.*\s.*)$/i;
/** `key: "Type"` without quotes around the name is an annotation in Python, where a dictionary quotes its keys. */
const ANNOTATED = /(?<![\w$"'])[A-Za-z_]\w*\s*:\s*["'][^"']*["']/;
const KNOWN_SECRETS = [
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/,
  /\bgh[pousr]_[A-Za-z0-9]{36,}\b/,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}/,
  /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/,
  /\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"'`$]+:(?!\*+@|<|\$|password@)[^\s:/@"'`$]{3,}@/i,
];

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
  String.raw`^\s*(?:-\s+)?(?:(?:export|ENV|ARG)\s+)?(${SECRET_NAME})(=|:\s+|\s+(?=\S+$))([^\s"'#$<{[&*!|>/][^\s"'$<{]{5,})\s*(?:#.*)?$`,
  "i",
);
/** The name of a secret that is kept elsewhere, as files of Kubernetes have it, or a word of a schema. */
const REFERENCE = /^[a-z]+$|^(?:true|false|null)$|(?:secret|passw|token|credential|key|ref)/i;

export const hardCodedCredentials: ReviewRule = {
  cwe: "CWE-798",
  title: "Hard-coded credentials",
  severity: "high",
  message: "A secret stands in the source: everyone who can read the repository, now or later, has it.",
  fix: "Read it from the environment or a secret store, and replace the one that was published.",
  dialects: ["javascript", "python", "markup", "settings", "other"],
  found: (text, _names, dialect) => {
    if (KNOWN_SECRETS.some((pattern) => pattern.test(text))) return true;
    const values = [...FALLBACKS, AUTHORIZATION].map((pattern) => pattern.exec(text)?.[1]);
    return [...values, assigned(text, dialect), set(text, dialect)].some(
      (value) => value !== undefined && !PLACEHOLDER.test(value),
    );
  },
};

function assigned(text: string, dialect: Dialect): string | undefined {
  const [all = "", name = "", value = ""] = ASSIGNED.exec(text) ?? [];
  if (dialect === "python" && !all.includes("=") && ANNOTATED.test(all)) return undefined;
  // `ACCESS_TOKEN = "access_token"` names a field.
  return letters(name).endsWith(letters(value)) ? undefined : value;
}

function letters(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9]/g, "").toLowerCase();
}

/** `DB_PASSWORD=…` means what it says; `secret: …` may name one, so that a value in YAML has to look like one. */
function set(text: string, dialect: Dialect): string | undefined {
  const [, , sign = "", value = ""] = (dialect === "settings" && SETTING.exec(text)) || [];
  if (value === "") return undefined;
  return sign.startsWith(":") && (REFERENCE.test(value) || !/\d/.test(value)) ? undefined : value;
}

/** A report is read by more people than the source: of a secret the first two characters stay. */
export function hideSecrets(text: string): string {
  return text
    .replace(/(["'`])([^"'`]{2})[^"'`]{4,}\1/g, "$1$2***$1")
    .replace(/(:\/\/[^\s:/@]+:)[^\s@]+@/g, "$1***@")
    .replace(SETTING, (line: string, _name: string, _sign: string, value: string) =>
      line.replace(value, `${value.slice(0, 2)}***`),
    )
    .replace(/\b(AKIA|ASIA|gh[pousr]_|xox[abprs]-)[\w-]{10,}/g, "$1***")
    .replace(/-----BEGIN ([A-Z ]*)PRIVATE KEY-----.*/, "-----BEGIN $1PRIVATE KEY----- ***");
}
