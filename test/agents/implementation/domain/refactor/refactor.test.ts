import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { test } from "tap";
import {
  changesOf,
  diffOfAll,
  proposeChanges,
  totalComplexity,
} from "../../../../../src/agents/implementation/domain/refactor/change-set.ts";
import type { Change } from "../../../../../src/agents/implementation/domain/refactor/change-set.ts";
import type { Language } from "../../../../../src/agents/implementation/domain/generated-code.ts";

/** All that there is to suggest for one file. */
function proposeRefactoring(
  file: string,
  content: string,
  language: Language,
): { readonly changes: readonly Change[]; readonly diff: string } | null {
  const found = proposeChanges([{ file, content, language }], null, 5000);
  return found === null ? null : { changes: changesOf(found.files), diff: diffOfAll(found.files) };
}

/** Applies a suggestion with git, as its reader would, and gives the file back. */
async function applied(dir: string, path: string, source: string, diff: string): Promise<string> {
  await mkdir(dirname(join(dir, path)), { recursive: true });
  await writeFile(join(dir, path), source);
  // Outside any repository, so that no other one's settings apply.
  const git = { cwd: dir, input: diff, env: { GIT_CEILING_DIRECTORIES: dirname(dir) } };
  await execa("git", ["apply", "--check", "-"], git);
  await execa("git", ["apply", "-"], git);
  return await readFile(join(dir, path), "utf8");
}

const cases: readonly (readonly [
  name: string,
  path: string,
  language: Language,
  before: string,
  after: string,
])[] = [
  [
    "both branches of an if",
    "src/age.ts",
    "typescript",
    "export function ok(age: number) {\n  if (age >= 18) {\n    return true;\n  } else {\n    return false;\n  }\n}\n",
    "export function ok(age: number) {\n  return age >= 18;\n}\n",
  ],
  [
    "an early return, the other way round, of a value that is no boolean",
    "a.ts",
    "typescript",
    "const f = (x) => {\n  if (x.name && g(x)) return false;\n  return true;\n};\nconst h = (x) => { if (x) { return true; } return false; };\n",
    "const f = (x) => {\n  return !(x.name && g(x));\n};\nconst h = (x) => { return Boolean(x); };\n",
  ],
  [
    "a loose typeof, in a file that ends without a line break",
    "caf\u00e9 1.js",
    "typescript",
    "if (typeof a.b == 'string' && typeof c != \"number\") go();\n\n\n\n\n\n\n\n\nlog(`typeof x == 'y' ${typeof z == 'boolean'}`)",
    "if (typeof a.b === 'string' && typeof c !== \"number\") go();\n\n\n\n\n\n\n\n\nlog(`typeof x == 'y' ${typeof z === 'boolean'}`)",
  ],
  [
    "Python's if",
    "a.py",
    "python",
    "def f(x, y):\n    if x in y:\n        return True\n    else:\n        return False\n\n\ndef g(x):\n    if x > 1:\n        return False\n    return True\n",
    "def f(x, y):\n    return x in y\n\n\ndef g(x):\n    return not (x > 1)\n",
  ],
  [
    "Python's not in",
    "b.py",
    "python",
    'if not key in "not a in b":\n    pass\n',
    'if key not in "not a in b":\n    pass\n',
  ],
];

for (const [name, path, language, before, after] of cases) {
  await test(`a suggestion applies with git and gives the expected file: ${name}`, async (t) => {
    const found = proposeRefactoring(path, before, language);
    t.ok(found, "there is something to suggest");
    t.equal(await applied(t.testdir({}), path, before, found?.diff ?? ""), after);
    t.ok(found?.changes.every((change) => change.line >= 1 && change.line <= before.split("\n").length));
  });
}

await test("what is returned instead of true and false is a boolean, whatever the condition was", (t) => {
  const conditions: readonly (readonly [Language, condition: string, returned: string])[] = [
    ["typescript", "flags & MASK !== 0", "Boolean(flags & MASK !== 0)"],
    ["typescript", "a | b == 0", "Boolean(a | b == 0)"],
    ["typescript", "check(a === b)", "Boolean(check(a === b))"],
    ["typescript", "list[a < b]", "Boolean(list[a < b])"],
    ["typescript", "yield a == b", "Boolean(yield a == b)"],
    ["typescript", "f(a) === g[b]", "f(a) === g[b]"],
    ["python", "[c for c in s]", "bool([c for c in s])"],
    ["python", "sum(c for c in s)", "bool(sum(c for c in s))"],
    ["python", "(1 in s) + 1", "bool((1 in s) + 1)"],
    ["python", "f(a) in g[b]", "f(a) in g[b]"],
  ];
  for (const [language, condition, returned] of conditions) {
    const source =
      language === "python"
        ? `if ${condition}:\n    return True\nreturn False\n`
        : `if (${condition}) { return true; } else { return false; }\n`;
    const end = language === "python" ? "" : ";";
    const diff = proposeRefactoring("a", source, language)?.diff;
    t.ok(diff?.split("\n").includes(`+return ${returned}${end}`), `${condition}: ${diff}`);
  }
  t.end();
});

await test("nothing is suggested where it would change what the program does, or lose a comment", (t) => {
  const untouched: readonly (readonly [Language, string])[] = [
    ["typescript", "// if (a) { return true; } else { return false; }\n"],
    ["typescript", 'const s = "if (a) return true; return false;";\n'],
    ["typescript", "if (a) { return true; /* why */ } else { return false; }\n"],
    ["typescript", "if (a) { return 1; } else if (b) { return true; } else { return false; }\n"],
    ["typescript", "if (a) return true;\nreturn true;\n"],
    ["typescript", "if (a == b) go();\nif (typeof a == b) go();\n"],
    ["typescript", "const r = /if (a) return true; return false;/;\n"],
    ["typescript", "while (x) if (a) return true; return false;\n"],
    ["typescript", "if (a // why\n) { return true; } else { return false; }\n"],
    ["typescript", "if (/* two\nlines */ a > 1) { return true; } else { return false; }\n"],
    ["typescript", "const odd = !typeof a == '0';\n"],
    ["python", "a = not x is not y\nb = x is not y in z\nc = not x in y in z\nd = not x in y == z\n"],
    ["python", "if x:\n    return True\nelif y:\n    return False\n"],
    ["python", "if x:\n    return True  # why\nreturn False\n"],
    ["python", '"""\nif x:\n    return True\nreturn False\n"""\n'],
  ];
  for (const [language, source] of untouched) {
    t.equal(proposeRefactoring("a", source, language), null, source);
  }
  t.end();
});

await test("changes that are close stand in one hunk, and far ones in their own", async (t) => {
  const one = "if (typeof a == 'string') go();\n";
  const source = `${one}\n\n${one}${"\n".repeat(20)}${one}`;
  const found = proposeRefactoring("a.ts", source, "typescript");
  t.equal(found?.diff.match(/^@@ /gm)?.length, 2);
  t.equal(await applied(t.testdir({}), "a.ts", source, found?.diff ?? ""), source.replaceAll("==", "==="));
});

const early = "function f(x) {\n  if (x > 1) return true;\n  return false;\n}\n";

await test("suggestions apply to files of all kinds: CRLF, huge, many hunks, no line break at the end", async (t) => {
  const files: readonly (readonly [name: string, language: Language, source: string, after: string])[] = [
    [
      "crlf.ts",
      "typescript",
      "if (typeof a == 'string') go();\r\nif (b) {\r\n  return true;\r\n} else {\r\n  return false;\r\n}\r\n",
      "if (typeof a === 'string') go();\r\nreturn Boolean(b);\r\n",
    ],
    ["crlf.py", "python", "if not x in y:\r\n    pass\r\n", "if x not in y:\r\n    pass\r\n"],
    ["bare.ts", "typescript", "if (typeof a == 'string') go();", "if (typeof a === 'string') go();"],
    ['with space/\u00fc "q".ts', "typescript", early, "function f(x) {\n  return x > 1;\n}\n"],
    [
      "huge.ts",
      "typescript",
      `${early}${"// filler\n".repeat(10)}`.repeat(3000),
      `function f(x) {\n  return x > 1;\n}\n${"// filler\n".repeat(10)}`.repeat(3000),
    ],
  ];
  for (const [name, language, source, after] of files) {
    const found = proposeRefactoring(name, source, language);
    t.ok(found, name);
    const result = await applied(t.testdir({}), name, source, found?.diff ?? "");
    t.ok(result === after, `${name} is as expected after git apply`);
    const count = source.split("\n").length;
    t.ok(
      found?.changes.every(({ line }) => line >= 1 && line <= count),
      "each line is there",
    );
  }
  const many = proposeRefactoring("huge.ts", files[4]?.[2] ?? "", "typescript");
  t.equal(many?.diff.match(/^@@ /gmu)?.length, 3000);
});

await test("changes of several files are one diff that applies whole, and none gets more complex", async (t) => {
  const files = [
    { file: "src/a.ts", content: early, language: "typescript" },
    { file: "src/nothing.ts", content: "go();\n", language: "typescript" },
    { file: "with space/\u00fc.ts", content: "if (typeof a == 'string') go();", language: "typescript" },
    { file: "b.py", content: "if not x in y:\r\n    pass\r\n", language: "python" },
  ] as const;
  const found = proposeChanges(files, null);
  t.strictSame(
    found?.files.map(({ file, complexity }) => [file, complexity]),
    [
      ["src/a.ts", { before: 2, after: 1 }],
      ["with space/\u00fc.ts", { before: 2, after: 2 }],
      ["b.py", { before: 2, after: 2 }],
    ],
  );
  t.strictSame(totalComplexity(found?.files ?? []), { before: 6, after: 5 });
  const dir = t.testdir({});
  for (const { file, content } of files) {
    await mkdir(dirname(join(dir, file)), { recursive: true });
    await writeFile(join(dir, file), content);
  }
  const input = diffOfAll(found?.files ?? []);
  const git = { cwd: dir, input, env: { GIT_CEILING_DIRECTORIES: dirname(dir) } };
  await execa("git", ["apply", "--check", "-"], git);
  await execa("git", ["apply", "-"], git);
  t.equal(await readFile(join(dir, "src/a.ts"), "utf8"), "function f(x) {\n  return x > 1;\n}\n");
  t.equal(await readFile(join(dir, "with space/\u00fc.ts"), "utf8"), "if (typeof a === 'string') go();");
  t.equal(await readFile(join(dir, "b.py"), "utf8"), "if x not in y:\r\n    pass\r\n");
});

await test("a kind leaves the others out, and what is one change too many is counted", (t) => {
  const content = `${early}if (typeof a == 'string') go();\n`;
  const files = [
    { file: "a.ts", content, language: "typescript" },
    { file: "b.ts", content, language: "typescript" },
  ] as const;
  const only = proposeChanges(files, "strict-typeof");
  t.strictSame(
    changesOf(only?.files ?? []).map(({ rule, file, line }) => [rule, file, line]),
    [
      ["strict-typeof", "a.ts", 5],
      ["strict-typeof", "b.ts", 5],
    ],
  );
  t.equal(proposeChanges(files, "not-in"), null);
  t.match(proposeChanges(files, null, 3), { omitted: 1, files: { length: 2 } });
  t.match(proposeChanges(files, null, 1), { omitted: 3, files: { length: 1 } });
  t.end();
});

await test("a file that nests without end is only a file, and an else far away is still an else", (t) => {
  for (const unit of ["/*", "if (", "`${", "if (a) ", "typeof a == ", "not x in ", "if x:\n"]) {
    const content = unit.repeat(100_000 / unit.length);
    for (const language of ["typescript", "python"] as const)
      t.doesNotThrow(() => proposeChanges([{ file: "a", content, language }], null), unit);
  }
  const far = `if (a) b(); else${" ".repeat(300)}if (c) return true;\nreturn false;\n`;
  t.equal(proposeRefactoring("a.ts", far, "typescript"), null);
  t.end();
});
