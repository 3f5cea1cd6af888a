import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { test } from "tap";
import { generateCode } from "../../../../src/agents/implementation/domain/generate.ts";
import type { Language } from "../../../../src/agents/implementation/domain/generated-code.ts";
import { planCode } from "../../../../src/agents/implementation/domain/plan.ts";
import type { Plan } from "../../../../src/agents/implementation/domain/plan.ts";
import type { Specification } from "../../../../src/agents/implementation/domain/spec.ts";
import { hasPython, runGenerated, typeCheck } from "./run-generated.ts";
import { samples, specificationOf } from "./specs.ts";

const matches = (pattern: string, text: string): boolean => new RegExp(pattern, "u").test(text);

function planned(spec: Specification): Extract<Plan, { at: "planned" }> {
  const plan = planCode(spec, matches);
  if (plan.at === "skipped") throw new Error(plan.reason);
  return plan;
}

function reasonOf(spec: Specification): string {
  const plan = planCode(spec, matches);
  return plan.at === "skipped" ? plan.reason : "planned";
}

function withoutComments(language: Language, text = ""): string {
  return text.replace(language === "python" ? /"""(?:\\.|[^\\])*?"""/gs : /\/\*\*.*?\*\//gs, "");
}

for (const language of ["typescript", "python"] as const satisfies readonly Language[]) {
  const skip = language === "python" && !(await hasPython()) && "python3 is not on this machine";

  await test(
    `the ${language} code of every kind of constraint passes every case when the tests run`,
    { skip },
    async (t) => {
      const spec = specificationOf(samples);
      const code = generateCode(planned(spec), language, { summary: 'Ends here: */ """ \\' });
      const run = await runGenerated(t.testdir({}), language, code.files);
      t.equal(run.exitCode, 0, run.output);
      t.equal(run.passed, spec.cases.length);
      t.equal(code.tests.length, spec.cases.length, "each case is covered by a test");
      t.strictSame(new Set(code.tests.map((each) => each.caseId)).size, spec.cases.length);
    },
  );

  await test(`a wrong ${language} implementation fails the generated tests`, { skip }, async (t) => {
    const sample = samples.filter((each) => each.field === "age");
    const code = generateCode(planned(specificationOf(sample)), language, { summary: "" });
    const broken = code.files.map((file) =>
      file.role === "test" ? file : { ...file, content: file.content.replaceAll("65", "64") },
    );
    t.strictNotSame(broken, code.files, "the code was changed");
    const run = await runGenerated(t.testdir({}), language, broken);
    t.not(run.exitCode, 0);
  });

  await test(`words from a model change comments of the ${language} code and nothing else`, async (t) => {
    const plan = planned(specificationOf(samples));
    const attack = '*/ process.exit(0) /*\n"""\nimport os\u2028\u202e evil';
    const [calm, hostile] = ["", attack].map((summary) => generateCode(plan, language, { summary }));
    t.equal(
      withoutComments(language, hostile?.files[0]?.content),
      withoutComments(language, calm?.files[0]?.content),
    );
    t.equal(hostile?.files[1]?.content, calm?.files[1]?.content);
    t.notMatch(hostile?.files[0]?.content, /[\u202e\u2028]/);
  });
}

await test("a long input stays short in the test and is long when it runs", async (t) => {
  const spec: Specification = {
    specId: "s",
    requirement: "Bodies hold at most 65536 characters.",
    testable: true,
    reason: null,
    rules: [
      {
        id: "R1",
        subject: "a body",
        field: "body",
        strength: "must",
        constraint: { kind: "length", of: "characters", min: null, max: 65_536 },
      },
    ],
    cases: [
      {
        id: "a",
        requirementId: "r",
        ruleId: "R1",
        title: "at",
        input: { kind: "repeat", unit: "a", times: 65_536 },
        expected: "accept",
      },
      {
        id: "b",
        requirementId: "r",
        ruleId: "R1",
        title: "above",
        input: { kind: "repeat", unit: "a", times: 65_537 },
        expected: "reject",
      },
    ],
  };
  const code = generateCode(planned(spec), "typescript", { summary: "" });
  t.ok(code.files.every((file) => file.content.length < 2000));
  const run = await runGenerated(t.testdir({}), "typescript", code.files);
  t.equal(run.passed, 2, run.output);
});

await test("nothing is generated where it could not be right, and the reason is given", async (t) => {
  const good = specificationOf(samples.slice(0, 1));
  t.equal(reasonOf(good), "planned");
  t.equal(reasonOf({ ...good, testable: false, reason: "it is an opinion" }), "it is an opinion");
  t.match(reasonOf({ ...good, rules: [], cases: [] }), /no rules/);
  t.match(reasonOf({ ...good, cases: [] }), /no cases/);
  t.match(
    reasonOf({ ...good, cases: [{ ...good.cases[0]!, id: "" }] }),
    /a case of the specification has no id/,
  );
  const turned = good.cases.map((each) => ({ ...each, expected: "accept" }) as const);
  t.match(
    reasonOf({ ...good, cases: turned }),
    /case REQ-1-R1-reject-0 expects "accept", but rule R1 \(range\) rejects/,
  );
  t.match(reasonOf({ ...good, rules: [], cases: good.cases }), /no rules/);
  const [rule] = good.rules;
  const text = { kind: "type", type: "string" } as const;
  const both = { ...rule!, constraint: { kind: "all", of: [text, rule!.constraint as never] } } as const;
  t.match(
    reasonOf({ ...good, rules: [both] }),
    /rule R1 asks for a text and a number at once, which no value is/,
  );
  for (const pattern of [
    String.raw`^(a)\1$`,
    "^(?<=a+)b$",
    "^(?i:a)$",
    String.raw`^[^\S]$`,
    String.raw`^\p{L}$`,
  ]) {
    const other = { ...rule!, constraint: { kind: "pattern", pattern, label: "" } } as const;
    t.match(reasonOf({ ...good, rules: [other] }), /not the same in every language/, pattern);
  }
  const huge = { ...good.cases[0]!, input: { kind: "repeat", unit: "a", times: 1e9 } } as const;
  t.match(reasonOf({ ...good, cases: [huge] }), /longer than/);
});

await test("the TypeScript of every kind of constraint type-checks with everything strict", async (t) => {
  const code = generateCode(planned(specificationOf(samples)), "typescript", { summary: "All of them." });
  t.equal(await typeCheck(t.testdir({}), code.files), "");
  const alone = specificationOf(samples.slice(0, 1));
  const rules = alone.rules.map((rule) => ({ ...rule, subject: "@ts-expect-error" }));
  const hostile = generateCode(planned({ ...alone, rules }), "typescript", { summary: "" });
  t.equal(await typeCheck(t.testdir({}), hostile.files), "", "a comment gives the compiler no orders");
});

await test("Python imports what its code needs, whatever its comments say", (t) => {
  const alone = specificationOf(samples.slice(0, 1));
  const words = "Therefore. is_date(json.re.math.datetime.sys.";
  const code = generateCode(planned({ ...alone, requirement: words }), "python", { summary: words });
  const source = code.files[0]?.content ?? "";
  t.strictSame(source.match(/^(?:import|def) \w+/gm), ["import sys", "def accepts_age", "def is_number"]);
  t.end();
});

await test(
  "the Python tests run with python3 -m unittest, as their reader would run them",
  { skip: !(await hasPython()) && "python3 is not on this machine" },
  async (t) => {
    const spec = specificationOf(samples);
    const code = generateCode(planned(spec), "python", { summary: "All of them." });
    const dir = t.testdir({});
    for (const { path, content } of code.files) await writeFile(join(dir, path), content);
    const run = await execa("python3", ["-B", "-m", "unittest"], { cwd: dir, reject: false, all: true });
    t.equal(run.exitCode, 0, run.all);
    t.match(run.all, new RegExp(`^Ran ${spec.cases.length} tests`, "mu"));
  },
);
