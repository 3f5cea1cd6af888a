import t from "tap";
import { reviewDiff } from "../../../../../src/agents/implementation/domain/review/review.ts";
import { parseUnifiedDiff } from "../../../../../src/agents/implementation/domain/review/unified-diff.ts";

/** A weak piece of code and the same done right: the first is found on the given line, the second is not. */
type Twin = {
  readonly cwe: string;
  readonly file: string;
  readonly weak: readonly string[];
  readonly line: number;
  readonly fixed: readonly string[];
};

const twins: readonly Twin[] = [
  {
    cwe: "CWE-89",
    file: "a.ts",
    weak: ["const sql = `SELECT * FROM u WHERE n='${name}'`;", "await db.query(sql);"],
    line: 1,
    fixed: ['const sql = "SELECT * FROM u WHERE n=$1";', "await db.query(sql, [name]);"],
  },
  {
    cwe: "CWE-89",
    file: "a.js",
    weak: ["db.query(", '  "DELETE FROM users WHERE id = " + req.params.id,', ");"],
    line: 2,
    fixed: ["db.query(", '  "DELETE FROM users WHERE id = ?",', "  [req.params.id],", ");"],
  },
  {
    cwe: "CWE-89",
    file: "b.ts",
    weak: ["await prisma.$queryRawUnsafe(`SELECT 1 FROM t WHERE a = ${a}`);"],
    line: 1,
    fixed: [
      "await prisma.$queryRaw`SELECT 1 FROM t WHERE a = ${a}`;",
      "const q = `SELECT * FROM ${TABLE} WHERE a = ?`;",
    ],
  },
  {
    cwe: "CWE-89",
    file: "a.py",
    weak: [`cur.execute(f"SELECT * FROM users WHERE name = '{name}'")`],
    line: 1,
    fixed: ['cur.execute("SELECT * FROM users WHERE name = %s", (name,))'],
  },
  {
    cwe: "CWE-89",
    file: "a.py",
    weak: ['cur.execute("UPDATE users SET name = %s" % name)'],
    line: 1,
    fixed: ['cur.execute("UPDATE users SET name = ?", [name])'],
  },
  {
    cwe: "CWE-78",
    file: "a.ts",
    weak: ["exec(`convert ${file} out.png`, done);"],
    line: 1,
    fixed: [
      'execFile("convert", [file, "out.png"], done);',
      "const found = /a+/.exec(text);",
      'execSync("git status");',
    ],
  },
  {
    cwe: "CWE-78",
    file: "a.py",
    weak: ['subprocess.run(f"ping {host}", shell=True)'],
    line: 1,
    fixed: ['subprocess.run(["ping", host])', 'subprocess.run("ls -l", shell=True)'],
  },
  {
    cwe: "CWE-78",
    file: "a.py",
    weak: ['os.system("rm " + path)'],
    line: 1,
    fixed: ['os.system("clear")'],
  },
  {
    cwe: "CWE-79",
    file: "a.ts",
    weak: ["node.innerHTML = user.bio;"],
    line: 1,
    fixed: [
      "node.textContent = user.bio;",
      "node.innerHTML = DOMPurify.sanitize(user.bio);",
      'node.innerHTML = "";',
    ],
  },
  {
    cwe: "CWE-79",
    file: "a.tsx",
    weak: ["return <div dangerouslySetInnerHTML={{ __html: props.text }} />;"],
    line: 1,
    fixed: ["return <div>{props.text}</div>;"],
  },
  {
    cwe: "CWE-79",
    file: "a.js",
    weak: ["res.send(`<h1>Hello ${req.query.name}</h1>`);"],
    line: 1,
    fixed: [
      "res.send(`<h1>Hello ${escapeHtml(req.query.name)}</h1>`);",
      "res.send({ name: req.query.name });",
    ],
  },
  {
    cwe: "CWE-79",
    file: "page.html",
    weak: ["<p>{{ comment | safe }}</p>"],
    line: 1,
    fixed: ["<p>{{ comment }}</p>"],
  },
  {
    cwe: "CWE-22",
    file: "a.ts",
    weak: [
      "const name = req.params.name;",
      "const file = path.join(ROOT, name);",
      "res.end(await readFile(file));",
    ],
    line: 3,
    fixed: [
      "const name = path.basename(req.params.name);",
      "const file = path.join(ROOT, name);",
      "res.end(await readFile(file));",
    ],
  },
  {
    cwe: "CWE-22",
    file: "a.ts",
    weak: ["const { file } = req.query;", "fs.createReadStream(`./files/${file}`).pipe(res);"],
    line: 2,
    fixed: [
      "const { file } = req.query;",
      "const full = path.resolve(ROOT, file);",
      "if (!full.startsWith(ROOT + path.sep)) throw new Error();",
      "fs.createReadStream(full).pipe(res);",
    ],
  },
  {
    cwe: "CWE-22",
    file: "a.py",
    weak: ['return open(os.path.join(ROOT, request.args["f"])).read()'],
    line: 1,
    fixed: [
      'return open(os.path.join(ROOT, secure_filename(request.args["f"]))).read()',
      "open(config_path)",
    ],
  },
  {
    cwe: "CWE-327",
    file: "a.ts",
    weak: ['const digest = createHash("md5").update(password).digest("hex");'],
    line: 1,
    fixed: ['const digest = createHash("sha256").update(text).digest("hex");'],
  },
  {
    cwe: "CWE-327",
    file: "a.ts",
    weak: ['const c = createCipheriv("aes-128-ecb", key, null);'],
    line: 1,
    fixed: ['const c = createCipheriv("aes-256-gcm", key, iv);'],
  },
  {
    cwe: "CWE-327",
    file: "a.py",
    weak: ["hashlib.md5(data).hexdigest()"],
    line: 1,
    fixed: ["hashlib.sha256(data).hexdigest()", "hashlib.md5(data, usedforsecurity=False)"],
  },
  {
    cwe: "CWE-502",
    file: "a.py",
    weak: ["config = yaml.load(body)"],
    line: 1,
    fixed: [
      "config = yaml.safe_load(body)",
      "config = yaml.load(body, Loader=yaml.SafeLoader)",
      "json.loads(body)",
    ],
  },
  {
    cwe: "CWE-502",
    file: "a.py",
    weak: ["session = pickle.loads(", "    base64.b64decode(cookie)", ")"],
    line: 1,
    fixed: ["session = json.loads(base64.b64decode(cookie))"],
  },
  {
    cwe: "CWE-502",
    file: "a.js",
    weak: ["const user = serialize.unserialize(cookie);"],
    line: 1,
    fixed: ["const user = JSON.parse(cookie);", "const doc = yaml.load(text);"],
  },
  {
    cwe: "CWE-798",
    file: "a.ts",
    weak: ['const dbPassword = "hunter2-prod";'],
    line: 1,
    fixed: [
      'const dbPassword = process.env["DB_PASSWORD"];',
      'const passwordField = "password";',
      'const tokenType = "bearer-token";',
      'const apiKey = "<your key here>";',
      'label: "Choose a password",',
    ],
  },
  {
    cwe: "CWE-798",
    file: "config.yaml",
    weak: ["region: eu", 'api_key: "3f9c1b77aa20"'],
    line: 2,
    fixed: ["region: eu", 'api_key: "${API_KEY}"'],
  },
  {
    cwe: "CWE-798",
    file: "a.py",
    weak: ['URL = "postgres://app:s3cr3t@db/app"'],
    line: 1,
    fixed: ['URL = "postgres://db/app"', 'URL = os.environ["DATABASE_URL"]'],
  },
];

/** A diff that adds lines after two lines that were there, from line 10 on. */
function diffOf(file: string, added: readonly string[]): string {
  return [
    `diff --git a/${file} b/${file}`,
    `--- a/${file}`,
    `+++ b/${file}`,
    `@@ -10,3 +10,${added.length + 3} @@ function f() {`,
    " // before",
    " // before too",
    ...added.map((line) => `+${line}`),
    " // after",
    "",
  ].join("\n");
}

function review(text: string): ReturnType<typeof reviewDiff> {
  const parsed = parseUnifiedDiff(text);
  if (!parsed.ok) throw new Error(`line ${parsed.line}: ${parsed.problem}`);
  return reviewDiff(parsed.files);
}

t.test("each seeded weakness is found on its line, and its fixed twin is not", async (t) => {
  for (const { cwe, file, weak, line, fixed } of twins) {
    const found = review(diffOf(file, weak)).findings.filter((finding) => finding.cwe === cwe);
    t.strictSame(
      found.map((finding) => finding.line),
      [11 + line],
      `${cwe} in ${file}: ${weak.join(" ")}`,
    );
    t.strictSame(review(diffOf(file, fixed)).findings, [], `fixed: ${fixed.join(" ")}`);
  }
});

t.test("a secret is not repeated in the report", async (t) => {
  const secrets = ['const dbPassword = "hunter2-prod";', 'URL = "postgres://app:s3cr3t@db/app"'];
  const found = review(diffOf("a.ts", secrets)).findings;
  t.equal(found.length, 2);
  t.notMatch(JSON.stringify(found), /hunter2-prod|s3cr3t/);
});

t.test("lines that were there before, removed lines and comments are not reported", async (t) => {
  const diff = [
    "--- a/a.ts",
    "+++ b/a.ts",
    "@@ -1,3 +1,3 @@",
    " node.innerHTML = old;",
    "-node.innerHTML = older;",
    "+// node.innerHTML = user.bio;",
    " done();",
    "",
  ].join("\n");
  t.strictSame(review(diff).findings, []);
});

t.test("line numbers are those of the new file across several hunks and files", async (t) => {
  const diff = [
    "diff --git a/a.ts b/a.ts",
    "--- a/a.ts",
    "+++ b/a.ts",
    "@@ -1,2 +1,3 @@",
    " one();",
    '+const secret = "abcdefgh1";',
    " two();",
    "@@ -40 +41,2 @@",
    " forty();",
    "+node.innerHTML = x;",
    "\\ No newline at end of file",
    "diff --git a/gone.ts b/gone.ts",
    "--- a/gone.ts",
    "+++ /dev/null",
    "@@ -1 +0,0 @@",
    "-node.innerHTML = x;",
    "diff --git a/new.py b/new.py",
    "--- /dev/null",
    "+++ b/new.py",
    "@@ -0,0 +1,2 @@",
    "+import pickle",
    "+pickle.loads(data)",
    "",
  ].join("\n");
  const { files, findings } = review(diff);
  t.strictSame(
    findings.map(({ file, line, cwe }) => [file, line, cwe]),
    [
      ["a.ts", 2, "CWE-798"],
      ["a.ts", 42, "CWE-79"],
      ["new.py", 2, "CWE-502"],
    ],
  );
  t.strictSame(files, [
    { path: "a.ts", addedLines: 2, reviewed: true },
    { path: "gone.ts", addedLines: 0, reviewed: false },
    { path: "new.py", addedLines: 2, reviewed: true },
  ]);
});

t.test("an added line that looks like a file header is an added line", async (t) => {
  const diff = ["--- a/a.sql", "+++ b/a.sql", "@@ -1 +1,2 @@", " x", "+++ y", ""].join("\n");
  const parsed = parseUnifiedDiff(diff);
  t.match(parsed, {
    ok: true,
    files: [{ path: "a.sql", lines: [{ number: 1 }, { number: 2, text: "++ y", added: true }] }],
  });
});

t.test("a path that git has quoted is read", async (t) => {
  const parsed = parseUnifiedDiff(
    ["--- /dev/null", '+++ "b/caf\\303\\251 \\"x\\".ts"', "@@ -0,0 +1 @@", "+x", ""].join("\n"),
  );
  t.match(parsed, { ok: true, files: [{ path: 'caf\u00e9 "x".ts' }] });
});

t.test("a text that is no diff is refused with the line and the reason", async (t) => {
  t.match(parseUnifiedDiff("hello"), { ok: false, line: 1, problem: /no file header/ });
  t.match(parseUnifiedDiff("@@ -1 +1 @@\n-a\n+b\n"), {
    ok: false,
    line: 1,
    problem: /before any file header/,
  });
  t.match(parseUnifiedDiff("--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n a\n*b\n"), {
    ok: false,
    line: 5,
    problem: /begins with "\*"/,
  });
  t.match(parseUnifiedDiff("--- a/a\n+++ b/a\n@@ -1,3 +1,3 @@\n a\n"), { ok: false, problem: /ends inside/ });
});
