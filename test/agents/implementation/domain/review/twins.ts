/** A weak piece of code and the same done right: the first is found on the given line, the second is not. */
export type Twin = {
  readonly cwe: string;
  readonly file: string;
  readonly weak: readonly string[];
  readonly line: number;
  readonly fixed: readonly string[];
};

export const twins: readonly Twin[] = [
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
