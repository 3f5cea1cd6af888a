import { inPath } from "./harmless.ts";
import { withoutTexts } from "./literals.ts";
import type { ReviewRule } from "./rule.ts";

/** A comparison with the folder that a path has to stay in. */
export const PATH_GUARD =
  /\.startsWith\s*\(|\.startswith\s*\(|\bis_relative_to\s*\(|\bcommonpath\s*\(|\bpath\.relative\s*\(/;

const PATH_SINK =
  /\b(?:readFile|writeFile|appendFile|copyFile|rename|createReadStream|createWriteStream|unlink|rm|readdir|sendFile|download|open|send_file|FileResponse|remove|rmtree|read_text|read_bytes)(?:Sync)?\s*\((.*)\)/s;
/** An upload that is kept by the name it came with. */
const UPLOAD = /\.save\s*\((.*\bfilename\b.*)\)/s;

/** Python's paths are opened by a method of theirs: `Path(base + name).read_text()`, `(base / name).open()`. */
const PATH_OBJECT =
  /(\(.*\)|\b[\w.]+)\.(?:read_text|read_bytes|write_text|write_bytes|open|unlink|rmdir|iterdir)\s*\(/s;

export const pathTraversal: ReviewRule = {
  cwe: "CWE-22",
  title: "Path traversal",
  severity: "high",
  message:
    "A file name comes from a request: with ../ in it, files outside the intended folder can be reached.",
  fix: "Take the base name alone, or resolve the path and check that it still lies in the intended folder.",
  dialects: ["javascript", "python"],
  found: (text, names, dialect) => {
    // Without what closes it there is no call, and looking for one from every place would take long.
    const calls = text.slice(0, text.lastIndexOf(")") + 1);
    const opened = dialect === "python" ? PATH_OBJECT.exec(calls)?.[1] : undefined;
    return [opened, PATH_SINK.exec(calls)?.[1], UPLOAD.exec(calls)?.[1]].some(
      (path) => path !== undefined && names.areSent(path) && names.areSent(inPath.without(path)),
    );
  },
};

const WEAK_HASH = /^(?:md[45]|sha-?1)$/i;
/** A hash whose algorithm is a name. */
const NAMED_HASH =
  /\b(?:createHash|hashlib\.new)\s*\(\s*([A-Za-z_$][\w$]*)\s*[,)](?!.*usedforsecurity\s*=\s*False)/;

const WEAK = [
  /\b(?:createHash|createSign|createVerify|crypto\.hash|subtle\.digest)\s*\(\s*["'`](?:RSA-)?(?:md[45]|sha-?1)["'`]/i,
  /\bcreateHmac\s*\(\s*["'`](?:md5|md4)["'`]/i,
  /\bcreate(?:C|Dec)ipher(?:iv)?\s*\(\s*["'`][^"'`]*(?:\bdes|\brc4|\bbf|-ecb)[^"'`]*["'`]/i,
  /\bcreate(?:C|Dec)ipher\s*\(/,
  /\bCryptoJS\.(?:MD5|SHA1|DES|TripleDES|RC4|mode\.ECB)\b/,
  /^\s*import\s.*\sfrom\s+["'](?:md5|sha1)["']|\brequire\(\s*["'](?:md5|sha1)["']\s*\)/,
  /\bhashlib\.(?:md5|sha1)\s*\((?![^)]*usedforsecurity\s*=\s*False)/,
  /\bhmac\.new\s*\(.*\bmd5\b/s,
  /^\s*from\s+hashlib\s+import\s[^#]*\b(?:md5|sha1)\b/,
  /\bhashlib\.new\s*\(\s*(?:name\s*=\s*)?["'](?:md5|md4|sha1)["'](?![^)]*usedforsecurity\s*=\s*False)/i,
  /\b(?:DES3?|ARC4|Blowfish|MD[245]|SHA1?)\.new\s*\(/,
  /\bhashes\.(?:MD5|SHA1)\s*\(|\balgorithms\.(?:TripleDES|ARC4|Blowfish|IDEA)\s*\(|\bmodes\.ECB\s*\(/,
  /\bMODE_ECB\b|\b(?:SSLContext|wrap_socket)\s*\(.*\bPROTOCOL_(?:SSLv[23]|TLSv1(?:_1)?)\b/s,
];

export const weakCryptography: ReviewRule = {
  cwe: "CWE-327",
  title: "Broken or risky cryptography",
  severity: "medium",
  message: "This algorithm does not protect any more: collisions or patterns of the plain text can be found.",
  fix: "Use SHA-256 or better for digests, AES-GCM for encryption, and scrypt or Argon2 for passwords.",
  dialects: ["javascript", "python"],
  found: (text, names) =>
    WEAK.some((pattern) => pattern.test(text)) ||
    WEAK_HASH.test(names.textOf(NAMED_HASH.exec(text)?.[1] ?? "")),
};

const UNSAFE_LOAD = [
  /\b(?:pickle|cPickle|_pickle|dill|cloudpickle|jsonpickle|marshal)\.(?:loads?|decode|Unpickler)\s*\(/,
  /^\s*from\s+(?:pickle|dill|cloudpickle|marshal)\s+import\s[^#]*\b(?:loads?|Unpickler)\b/,
  /\bshelve\.open\s*\(/,
  /\byaml\.(?:unsafe_load|full_load)(?:_all)?\s*\(/,
  /\byaml\.load(?:_all)?\s*\((?!.*(?:Safe|CSafe|Base)Loader)(?=.*(?:Loader|stream|\.read|[A-Za-z_]))/s,
  // Until version 2.6 it reads any pickle unless told otherwise.
  /\btorch\.load\s*\((?!.*weights_only\s*=\s*True)/s,
  /\b(?:joblib\.load|pandas\.read_pickle|pd\.read_pickle)\s*\(/,
  /\b(?:numpy|np)\.load\s*\(.*\ballow_pickle\s*=\s*True/s,
];
/** js-yaml's load has been the safe one since version 4, unless it is told otherwise. */
const UNSAFE_JS = /\bunserialize\s*\(|\byaml\.load\s*\(.*\bDEFAULT_FULL_SCHEMA\b/s;

export const unsafeDeserialization: ReviewRule = {
  cwe: "CWE-502",
  title: "Deserialization of untrusted data",
  severity: "critical",
  message: "This format can make objects of any class while it is read: whoever wrote the data can run code.",
  fix: "Read a format that holds data alone: JSON, or yaml.safe_load.",
  dialects: ["python", "javascript"],
  found: (text, _names, dialect) => {
    const code = withoutTexts(text);
    if (dialect === "javascript") return UNSAFE_JS.test(code);
    return UNSAFE_LOAD.some((pattern) => pattern.test(code));
  },
};
