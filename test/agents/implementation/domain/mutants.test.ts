import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "tap";
import { toSpecification } from "../../../../src/agents/implementation/application/translate-spec.ts";
import { generateCode } from "../../../../src/agents/implementation/domain/generate.ts";
import { planCode } from "../../../../src/agents/implementation/domain/plan.ts";
import { matcherWithLimit } from "../../../../src/agents/implementation/infrastructure/pattern-matcher.ts";
import { publishedFor } from "../published-for.ts";
import { runGenerated } from "./run-generated.ts";

const sentences = [
  "Applicants between 18 and 65 years old, inclusive, are accepted.",
  "The weight must be greater than 0 kg and up to 25.5 kg.",
  "The temperature must be strictly between -40 and 85.5.",
  "The score must not be between 10 and 20.",
  "The code must be 3 to 5 characters long.",
  "The comment must be no longer than 500 characters.",
  "A PIN must be exactly four digits long.",
  'The status must be one of "open", "closed" or "pending".',
  "The rating must be 1, 2, 3, 4 or 5.",
  'The username must not be "root" or "admin".',
];

/** Each program that differs from this one in a single comparison, number or listed value. */
function mutantsOf(source: string): readonly string[] {
  const body = source.indexOf("export function");
  const changes: readonly (readonly [RegExp, (found: string) => readonly string[]])[] = [
    [/ (?:>=|<=|>|<) /g, (found) => [found.includes("=") ? found.replace("=", "") : `${found.trimEnd()}= `]],
    [/&&|\|\|/g, (found) => [found === "&&" ? "||" : "&&"]],
    [
      /(?<=(?:[<>]=?|===) )-?\d+(?:\.\d+)?/g,
      (found) => [String(Number(found) + 1), String(Number(found) - 1)],
    ],
    [/(?<=\{)\d+(?=[,}])/g, (found) => [String(Number(found) + 1), String(Number(found) - 1)]],
    [/(?<=\[)(?:"[^"]*"|\d+), /g, () => [""]],
    [/, (?:"[^"]*"|\d+)(?=[,\]])/g, () => [""]],
    [/\[\.\.\.value\]/g, () => ["value"]],
    [/(?<=return )(?=listed|!listed)/g, () => ["!"]],
  ];
  return changes.flatMap(([pattern, replace]) =>
    [...source.matchAll(pattern)]
      .filter((match) => match.index > body && !/typeof value/.test(lineAt(source, match.index)))
      .flatMap((match) =>
        replace(match[0]).map(
          (other) => source.slice(0, match.index) + other + source.slice(match.index + match[0].length),
        ),
      ),
  );
}

function lineAt(source: string, index: number): string {
  return source.slice(source.lastIndexOf("\n", index) + 1, source.indexOf("\n", index));
}

await test("the tests of a specification find every single mistake in a bound, a number or a list", async (t) => {
  const root = t.testdir({});
  let mutants = 0;
  for (const [index, sentence] of sentences.entries()) {
    const plan = planCode(toSpecification(publishedFor(sentence, `s${index}`)), matcherWithLimit());
    if (plan.at === "skipped") throw new Error(plan.reason);
    const { files } = generateCode(plan, "typescript", { summary: "" });
    const [source] = files.filter(({ role }) => role === "source");
    if (source === undefined) throw new Error("there is no source");
    const changed = mutantsOf(source.content);
    t.ok(changed.length >= 2, `${sentence}: ${changed.length} mutants`);
    mutants += changed.length;
    const runs = changed.map(async (content, at) => {
      const dir = join(root, `${index}-${at}`);
      await mkdir(dir);
      const mutated = files.map((file) => (file === source ? { ...file, content } : file));
      const run = await runGenerated(dir, "typescript", mutated);
      t.not(run.exitCode, 0, `${sentence} ${content.slice(content.indexOf("export function"))}`);
    });
    await Promise.all(runs);
  }
  t.ok(mutants > 50, String(mutants));
});
