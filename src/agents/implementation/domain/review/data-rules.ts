import type { ReviewRule } from "./rule.ts";

/** What takes the folders out of a name, or refuses names that have some. */
export const CLEAN_PATH = /\b(?:basename|secure_filename|safe_join)\s*\(|\bPath\s*\([^)]*\)\.name\b/;
/** A comparison with the folder that a path has to stay in. */
export const PATH_GUARD =
  /\.startsWith\s*\(|\.startswith\s*\(|\bis_relative_to\s*\(|\bcommonpath\s*\(|\bpath\.relative\s*\(/;

const PATH_SINK =
  /\b(?:readFile|writeFile|appendFile|createReadStream|createWriteStream|unlink|rm|readdir|sendFile|download|open|send_file|remove|rmtree|read_text|read_bytes)(?:Sync)?\s*\((.*)\)/s;

export const pathTraversal: ReviewRule = {
  cwe: "CWE-22",
  title: "Path traversal",
  severity: "high",
  message:
    "A file name comes from a request: with ../ in it, files outside the intended folder can be reached.",
  fix: "Take the base name alone, or resolve the path and check that it still lies in the intended folder.",
  dialects: ["javascript", "python"],
  found: (text, taint) => {
    // Without what closes it there is no call, and looking for one from every place would take long.
    const argument = PATH_SINK.exec(text.slice(0, text.lastIndexOf(")") + 1))?.[1];
    return argument !== undefined && taint.touches(argument) && !CLEAN_PATH.test(argument);
  },
};

const WEAK = [
  /\bcreateHash\s*\(\s*["'`](?:md5|md4|sha-?1)["'`]/i,
  /\bcreateHmac\s*\(\s*["'](?:md5|md4)["']/i,
  /\bcreateCipher(?:iv)?\s*\(\s*["'][^"']*(?:\bdes|\brc4|\bbf|-ecb)[^"']*["']/i,
  /\bcreateCipher\s*\(/,
  /\bhashlib\.(?:md5|sha1)\s*\((?![^)]*usedforsecurity\s*=\s*False)/,
  /^\s*from\s+hashlib\s+import\s[^#]*\b(?:md5|sha1)\b/,
  /\bhashlib\.new\s*\(\s*(?:name\s*=\s*)?["'](?:md5|md4|sha1)["'](?![^)]*usedforsecurity\s*=\s*False)/i,
  /\b(?:DES3?|ARC4|Blowfish)\.new\s*\(/,
  /\bMODE_ECB\b/,
];

export const weakCryptography: ReviewRule = {
  cwe: "CWE-327",
  title: "Broken or risky cryptography",
  severity: "medium",
  message: "This algorithm does not protect any more: collisions or patterns of the plain text can be found.",
  fix: "Use SHA-256 or better for digests, AES-GCM for encryption, and scrypt or Argon2 for passwords.",
  dialects: ["javascript", "python"],
  found: (text) => WEAK.some((pattern) => pattern.test(text)),
};

const UNSAFE_LOAD = [
  /\b(?:pickle|cPickle|_pickle|dill|cloudpickle|jsonpickle|marshal)\.(?:loads?|decode|Unpickler)\s*\(/,
  /^\s*from\s+(?:pickle|dill|cloudpickle|marshal)\s+import\s[^#]*\b(?:loads?|Unpickler)\b/,
  /\bshelve\.open\s*\(/,
  /\byaml\.(?:unsafe_load|full_load)(?:_all)?\s*\(/,
  /\byaml\.load(?:_all)?\s*\((?!.*(?:Safe|CSafe|Base)Loader)(?=.*(?:Loader|stream|\.read|[A-Za-z_]))/s,
  /\bunserialize\s*\(/,
];
const JS_YAML = /\byaml\.load\s*\(/;

export const unsafeDeserialization: ReviewRule = {
  cwe: "CWE-502",
  title: "Deserialization of untrusted data",
  severity: "critical",
  message: "This format can make objects of any class while it is read: whoever wrote the data can run code.",
  fix: "Read a format that holds data alone: JSON, or yaml.safe_load.",
  dialects: ["python", "javascript"],
  // js-yaml's load has been the safe one since version 4; Python's needs a safe loader.
  found: (text) => !isJavaScriptYaml(text) && UNSAFE_LOAD.some((pattern) => pattern.test(withoutTexts(text))),
};

/** What a text says of a function does not call it. */
function withoutTexts(code: string): string {
  return code.replaceAll(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, '""');
}

function isJavaScriptYaml(text: string): boolean {
  return JS_YAML.test(text) && /^\s*(?:const|let|var|return\s+await)\b|;\s*$/.test(text);
}

/** A name that ends in what it holds: password, apiKey, DB_SECRET. `tokenType` and `passwordField` hold no secret. */
const SECRET_NAME = String.raw`(?:[\w$-]{0,60}(?:password|passwd|passphrase|secret|api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?token|access[_-]?token|refresh[_-]?token|client[_-]?secret)|(?:[\w$]{0,60}[_-])?(?:token|pwd))`;
const ASSIGNED = new RegExp(
  String.raw`(?<![\w$])["']?(${SECRET_NAME})["']?\s*(?::\s*\w+\s*)?(?:=(?!=)|:)\s*["'\x60]([^"'\x60]{6,})["'\x60]`,
  "i",
);
/** What people write where a secret is to be put in. */
const PLACEHOLDER =
  /^(?:<.*>|[[(^].*|\$[A-Za-z_].*|\$\{.*|\{\{.*|%\(.*|x{3,}|\*{3,}|\.{3,}|(?:your|my|the|an?|some)[-_ ].*|.*(?:example|placeholder|changeme|change-me|dummy|todo|redacted).*|(?:string|password|secret|token|undefined|required|optional)|.*\s.*)$/i;
/** `key: "Type"` without quotes around the name is an annotation in Python, where a dictionary quotes its keys. */
const ANNOTATED = /(?<![\w$"'])[A-Za-z_]\w*\s*:\s*["'][^"']*["']/;
const KNOWN_SECRETS = [
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/,
  /\bgh[pousr]_[A-Za-z0-9]{36,}\b/,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}/,
  /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/,
  /\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"'`$]+:(?!\*+@|<|\$|password@)[^\s:/@"'`$]{3,}@/i,
];

export const hardCodedCredentials: ReviewRule = {
  cwe: "CWE-798",
  title: "Hard-coded credentials",
  severity: "high",
  message: "A secret stands in the source: everyone who can read the repository, now or later, has it.",
  fix: "Read it from the environment or a secret store, and replace the one that was published.",
  dialects: ["javascript", "python", "markup", "other"],
  found: (text, _taint, dialect) => {
    if (KNOWN_SECRETS.some((pattern) => pattern.test(text))) return true;
    const [all, , value] = ASSIGNED.exec(text) ?? [];
    if (all !== undefined && dialect === "python" && !all.includes("=") && ANNOTATED.test(all)) return false;
    return value !== undefined && !PLACEHOLDER.test(value);
  },
};
