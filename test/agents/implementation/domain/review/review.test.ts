import { test } from "tap";
import { reviewDiff } from "../../../../../src/agents/implementation/domain/review/review.ts";
import { parseUnifiedDiff } from "../../../../../src/agents/implementation/domain/review/unified-diff.ts";
import { disguised } from "./disguised.ts";
import { disguisedInjections } from "./disguised-injections.ts";
import { spelledOtherwise } from "./spelled-otherwise.ts";
import { twins } from "./twins.ts";
import { weakParts } from "./weak-parts.ts";

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

await test("each seeded weakness is found on its line, and its fixed twin is not", async (t) => {
  const all = [...twins, ...disguised, ...disguisedInjections, ...spelledOtherwise, ...weakParts];
  for (const { cwe, file, weak, line, fixed } of all) {
    const found = review(diffOf(file, weak)).findings.filter((finding) => finding.cwe === cwe);
    t.strictSame(
      found.map((finding) => finding.line),
      [11 + line],
      `${cwe} in ${file}: ${weak.join(" ")}`,
    );
    t.strictSame(review(diffOf(file, fixed)).findings, [], `fixed: ${fixed.join(" ")}`);
  }
});

await test("a secret is not repeated in the report", async (t) => {
  const secrets = ['const dbPassword = "hunter2-prod";', 'URL = "postgres://app:s3cr3t@db/app"'];
  const found = review(diffOf("a.ts", secrets)).findings;
  t.equal(found.length, 2);
  const settings = ["DB_PASSWORD=hunter2-prod", "AWS_ID=AKIAABCDEFGHIJKLMNOP"];
  const set = review(diffOf(".env", settings)).findings;
  t.equal(set.length, 2);
  const long = review(diffOf("a.ts", [`const dbPassword = "${"hunter2-prod".repeat(40)}";`])).findings;
  t.equal(long.length, 1);
  t.notMatch(JSON.stringify([found, set, long]), /hunter2-prod|s3cr3t|AKIAABC/);
  for (const { cwe, file, weak } of weakParts.filter((each) => each.cwe === "CWE-798")) {
    const shown = review(diffOf(file, weak)).findings.map(({ evidence }) => evidence);
    t.match(shown, [/\*\*\*/], `${cwe} in ${file}`);
    t.notMatch(shown.join(), /hunter2-prod|shhhhh-9f2|5#y2LF4Q8z|51H8abc|abcdefghijk|ABCDEFGHIJ/);
  }
});

await test("lines that were there before, removed lines and comments are not reported", async (t) => {
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
  const code = ["  #show(x) { this.#node.innerHTML = x; }", "/* v8 ignore next */ node.innerHTML = x;"];
  for (const line of code) t.match(review(diffOf("a.ts", [line])).findings, [{ line: 12 }], line);
  const comments = ["/* node.innerHTML = x; */", " * node.innerHTML = x;", "<!-- node.innerHTML = x; -->"];
  t.strictSame(review(diffOf("a.ts", comments)).findings, []);
  t.strictSame(review(diffOf("a.py", ["# pickle.loads(x)", ">>> pickle.loads(x)"])).findings, []);
});

await test("line numbers are those of the new file across several hunks and files", async (t) => {
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
    { path: "a.ts", addedLines: 2, reviewed: true, note: null },
    { path: "gone.ts", addedLines: 0, reviewed: false, note: null },
    { path: "new.py", addedLines: 2, reviewed: true, note: null },
  ]);
});

await test("an added line that looks like a file header is an added line", async (t) => {
  const diff = ["--- a/a.sql", "+++ b/a.sql", "@@ -1 +1,2 @@", " x", "+++ y", ""].join("\n");
  const parsed = parseUnifiedDiff(diff);
  t.match(parsed, {
    ok: true,
    files: [{ path: "a.sql", lines: [{ number: 1 }, { number: 2, text: "++ y", added: true }] }],
  });
});

await test("a path that git has quoted is read", async (t) => {
  const parsed = parseUnifiedDiff(
    ["--- /dev/null", '+++ "b/caf\\303\\251 \\"x\\".ts"', "@@ -0,0 +1 @@", "+x", ""].join("\n"),
  );
  t.match(parsed, { ok: true, files: [{ path: 'caf\u00e9 "x".ts' }] });
});

await test("a text that is no diff is refused with the line and the reason", async (t) => {
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
  t.match(parseUnifiedDiff("*** a\n--- b\n***************\n*** 1 ****\n--- 1,2 ----\n  a\n+ b\n"), {
    ok: false,
    line: 3,
    problem: /context diff/,
  });
  t.match(parseUnifiedDiff("--- \n+++ \n@@ -0,0 +1 @@\n+a\n"), {
    ok: false,
    problem: /before any file header/,
  });
});

await test("lines that no hunk counts, or that are no lines of a file, are not passed over", async (t) => {
  const head = "--- a/a.ts\n+++ b/a.ts\n";
  const refused: readonly (readonly [diff: string, line: number, problem: RegExp])[] = [
    ["@@ -1 +1,2 @@\n a\n+b\n+c\n", 6, /outside of a hunk/],
    ["@@ -1 +1 @@\n-a\n+b\n\\ No newline at end of file\n-c\n", 7, /outside of a hunk/],
    ["+c\n", 3, /outside of a hunk/],
    ["@@ -1 +0,1 @@\n-a\n+b\n", 3, /line 0/],
    ["@@ -1 +99999999999999999999 @@\n-a\n+b\n", 3, /line 99999999999999999999/],
    ["@@ -0,0 +5 @@\n+a\n@@ -0,0 +5 @@\n+b\n", 5, /behind those of the hunk before/],
    ["@@ -0,0 +50 @@\n+a\n@@ -0,0 +5 @@\n+b\n", 5, /behind those of the hunk before/],
  ];
  for (const [diff, line, problem] of refused)
    t.match(parseUnifiedDiff(head + diff), { ok: false, line, problem }, diff);
  const mail = `${head}@@ -5 +4,0 @@\n-a\n@@ -9,0 +9 @@\n+b\n-- \n2.40\n\nFrom: me\n- and then\n+ this\n`;
  t.match(parseUnifiedDiff(`\ufeff${mail}`), { ok: true, files: [{ path: "a.ts", lines: [{ number: 9 }] }] });
});
