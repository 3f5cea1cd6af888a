import { readFileSync } from "node:fs";
import t from "tap";
import { ERROR_EXITS } from "../../src/runtime/model/errors.ts";

const docs = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");

void t.test("every error code is a heading of docs/errors.md, and every heading a code", async (t) => {
  const headings = [...docs.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
  t.equal(new Set(headings).size, headings.length, "no heading twice");
  t.strictSame(new Set(headings), new Set(Object.keys(ERROR_EXITS)));
});

void t.test("docs/errors.md names the exit code of every code, and what to do", async (t) => {
  for (const [code, exit] of Object.entries(ERROR_EXITS)) {
    const section = docs.split(`## ${code}\n`)[1]?.split("\n## ")[0];
    t.match(section, new RegExp(`^\\nExit ${exit}\\. `), code);
    t.match(section, /\*\*What to do:\*\* \S/, code);
  }
});
