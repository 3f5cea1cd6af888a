import type { Twin } from "./twins.ts";

/** The usual disguises of the same weaknesses. */
export const disguised: readonly Twin[] = [
  {
    cwe: "CWE-89",
    file: "a.ts",
    weak: ['const q = "SELECT * FROM u WHERE id = ".concat(id);'],
    line: 1,
    fixed: ['const q = "SELECT * FROM u WHERE id = ?".concat(" LIMIT 1");'],
  },
  {
    cwe: "CWE-78",
    file: "a.ts",
    weak: ['spawn("sh", ["-c", `ls ${dir}`]);'],
    line: 1,
    fixed: ['spawn("sh", ["-c", "ls"]);', 'spawn("ls", [`${dir}`]);'],
  },
  {
    cwe: "CWE-78",
    file: "a.py",
    weak: ["from subprocess import run", "run(f'ls {d}', shell=True)"],
    line: 2,
    fixed: [
      "from subprocess import run",
      "run(['ls', d])",
      "run('ls', shell=True)",
      "pool.run(job, shell=True)",
    ],
  },
  {
    cwe: "CWE-78",
    file: "b.py",
    weak: ["subprocess.getoutput('ls ' + d)"],
    line: 1,
    fixed: ["subprocess.getoutput('ls')"],
  },
  {
    cwe: "CWE-78",
    file: "c.py",
    weak: ['subprocess.run(["sh", "-c", "ls " + d])'],
    line: 1,
    fixed: ['subprocess.run(["sh", "-c", "ls"])', 'subprocess.run(["ls", d])'],
  },
  {
    cwe: "CWE-79",
    file: "a.ts",
    weak: ['el["innerHTML"] = user.bio;'],
    line: 1,
    fixed: ['el["textContent"] = user.bio;', 'el["innerHTML"] = "";'],
  },
  {
    cwe: "CWE-79",
    file: "b.ts",
    weak: ["frame.srcdoc = user.bio;"],
    line: 1,
    fixed: ["frame.srcdoc = DOMPurify.sanitize(user.bio);"],
  },
  {
    cwe: "CWE-327",
    file: "a.ts",
    weak: ["const digest = createHash(`md5`);"],
    line: 1,
    fixed: ["const digest = createHash(`sha256`);"],
  },
  {
    cwe: "CWE-327",
    file: "a.py",
    weak: ["from hashlib import md5"],
    line: 1,
    fixed: ["from hashlib import sha256  # no longer md5"],
  },
  {
    cwe: "CWE-327",
    file: "b.py",
    weak: ["hashlib.new(name='sha1')"],
    line: 1,
    fixed: ["hashlib.new(name='sha256')"],
  },
  {
    cwe: "CWE-502",
    file: "a.py",
    weak: ["from pickle import loads"],
    line: 1,
    fixed: ["from json import loads", "from pickle import dumps"],
  },
];
