import type { Twin } from "./twins.ts";

/** One line of code with a weakness, and lines without it. */
function twin(cwe: string, file: string, weak: string, fixed: readonly string[]): Twin {
  return { cwe, file, weak: [weak], line: 1, fixed };
}

/** Parts of keys, which are none as long as they stand alone: no scanner of this repository takes them for real. */
const [LIVE, P, A] = ["live", "p", "A"];

/** What is weak by itself: algorithms, formats, secrets. */
export const weakParts: readonly Twin[] = [
  twin("CWE-327", "rsa.ts", 'crypto.createHash("RSA-MD5");', ['crypto.createHash("RSA-SHA256");']),
  twin("CWE-327", "ecb.ts", "crypto.createCipheriv(`aes-256-ecb`, key, null);", [
    "crypto.createCipheriv(`aes-256-gcm`, key, iv);",
  ]),
  twin("CWE-327", "read.ts", 'crypto.createDecipheriv("des-cbc", key, iv);', [
    'crypto.createDecipheriv("aes-256-gcm", key, iv);',
  ]),
  twin("CWE-327", "cryptojs.ts", "CryptoJS.MD5(text);", ["CryptoJS.SHA256(text);"]),
  twin("CWE-327", "encrypt.ts", "CryptoJS.DES.encrypt(text, key);", ["CryptoJS.AES.encrypt(text, key);"]),
  twin("CWE-327", "package.ts", 'import md5 from "md5";', ['import md from "markdown";']),
  twin("CWE-327", "subtle.ts", 'crypto.subtle.digest("SHA-1", bytes);', [
    'crypto.subtle.digest("SHA-256", bytes);',
  ]),
  twin("CWE-327", "once.ts", 'crypto.hash("md5", text);', ['crypto.hash("sha256", text);']),
  twin("CWE-327", "triple.py", "Cipher(algorithms.TripleDES(key), modes.CBC(iv))", [
    "Cipher(algorithms.AES(key), modes.GCM(iv))",
  ]),
  twin("CWE-327", "ecb.py", "Cipher(algorithms.AES(key), modes.ECB())", [
    "Cipher(algorithms.AES(key), modes.CTR(nonce))",
  ]),
  twin("CWE-327", "hashes.py", "hashes.Hash(hashes.MD5())", ["hashes.Hash(hashes.SHA256())"]),
  twin("CWE-327", "crypto.py", "MD5.new(data)", ["SHA256.new(data)"]),
  twin("CWE-327", "hmac.py", "hmac.new(key, text, hashlib.md5)", ["hmac.new(key, text, hashlib.sha256)"]),
  twin("CWE-327", "tls.py", "ssl.SSLContext(ssl.PROTOCOL_TLSv1)", [
    "ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)",
  ]),
  {
    cwe: "CWE-502",
    file: "imported.py",
    weak: ["from yaml import load, Loader", "settings = load(stream, Loader=Loader)"],
    line: 2,
    fixed: ["from yaml import load, SafeLoader", "settings = load(stream, Loader=SafeLoader)"],
  },
  twin("CWE-502", "yaml.js", "yaml.load(text, { schema: DEFAULT_FULL_SCHEMA });", [
    "this.settings = yaml.load(await read(path))",
    "export const all = yaml.load(text)",
    "load(text);",
  ]),
  twin("CWE-798", "token.ts", 'jwt.sign({ id: user.id }, "shhhhh-9f2");', [
    "jwt.sign({ id: user.id }, key);",
    'const kind: "identifier" | "keyword" = token;',
    'type Token = "identifier" | "keyword";',
    'const token: "identifier" = start;',
    'const labels = { password: "Passwort", secret: "REPLACE_ME" };',
  ]),
  twin("CWE-798", "member.py", "settings['password'] = 'hunter2-prod'", ["settings['password'] = getpass()"]),
  twin("CWE-798", "bytes.py", 'app.secret_key = b"_5#y2LF4Q8z"', [
    'app.secret_key = os.environb[b"SECRET_KEY"]',
  ]),
  twin("CWE-798", "jwt.py", 'jwt.encode(claims, "hunter2-prod", algorithm="HS256")', [
    'jwt.encode(claims, key, algorithm="HS256")',
  ]),
  twin("CWE-798", "main.go", 'password := "hunter2-prod"', ['password := os.Getenv("PASSWORD")']),
  twin("CWE-798", "run.sh", "export DB_PASSWORD=hunter2-prod", [
    "export DB_PASSWORD=$(pass db)",
    "export DB_PASSWORD=$1",
  ]),
  twin("CWE-798", "stripe.ts", `charge("sk_${LIVE}_51H8abcdefghijklmnop");`, [
    'charge("sk_test_placeholder");',
  ]),
  twin("CWE-798", "comment.ts", `// the old one was gh${P}_abcdefghijklmnopqrstuvwxyz0123456789`, [
    "// password: hunter2-prod",
  ]),
  twin("CWE-798", "test/login.test.ts", `const key = "AKI${A}ABCDEFGHIJKLMNOP";`, [
    'const password = "hunter2-prod";',
  ]),
  twin("CWE-798", "src/contest.py", 'PASSWORD = "hunter2-prod"', ['PASSWORD = ""']),
  twin("CWE-798", "quote.ts", `const login = { password: "it's-hunter2-prod" };`, [
    `const login = { password: "it's required" };`,
  ]),
  twin("CWE-798", "app.properties", "spring.datasource.password = hunter2-prod", [
    "spring.datasource.password = ${DB_PASSWORD}",
    "token.type = bearer",
  ]),
  twin("CWE-798", "api.Dockerfile", "ENV MODE=production DB_PASSWORD=hunter2-prod", [
    "ENV MODE=production PORT=80",
  ]),
];
