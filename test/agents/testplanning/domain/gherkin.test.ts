import { test } from "tap";
import { analyse } from "../../../../src/agents/testplanning/domain/analysis.ts";
import { expand } from "../../../../src/agents/testplanning/domain/design/design.ts";
import { featureOf } from "../../../../src/agents/testplanning/domain/gherkin/spec-feature.ts";
import { defaultWording } from "../../../../src/agents/testplanning/domain/wording.ts";
import { parseGherkin, scenariosOf } from "./parse-gherkin.ts";

const featureFor = (id: string, requirement: string) => {
  const analysis = analyse(id, requirement);
  return { analysis, text: featureOf({ ...analysis, ...defaultWording(analysis) }) };
};

await test("a range becomes a scenario for each boundary value", (t) => {
  const { analysis, text } = featureFor(
    "REQ-7",
    "Applicants between 18 and 65 years old, inclusive, are accepted.",
  );
  const feature = parseGherkin(text);
  t.match(feature, { name: /at least 18, at most 65 years/, tags: [{ name: "@REQ-7" }] });
  t.match(feature.description, "Requirement REQ-7: Applicants between 18 and 65");
  const scenarios = scenariosOf(feature);
  t.equal(scenarios.length, analysis.cases.length);
  const checks = new Map(
    scenarios.map(({ steps }) => [steps[0]?.text.replace(/^.* is /u, ""), steps[2]?.text]),
  );
  for (const [value, outcome] of [
    [17, "rejected"],
    [18, "accepted"],
    [65, "accepted"],
    [66, "rejected"],
  ] as const)
    t.equal(checks.get(String(value)), `it is ${outcome}`, String(value));
  t.match(scenarios[0]?.tags, [{ name: "@REQ-7-TC01" }, { name: /^@(?:boundary|equivalence)/ }]);
  t.end();
});

await test("every input comes back from the document as it was, long and strange ones too", (t) => {
  for (const requirement of [
    "The name must be between 1 and 20 characters long.",
    "The body must be at most 65536 octets.",
    "The order must contain a currency.",
    'The mode must be either "a|b", "``` \\ """" or "#c".',
    "Access is granted if the user is an admin or the account is active and not locked.",
    "The list must not contain duplicates.",
    "The end must be greater than the start.",
  ]) {
    const { analysis, text } = featureFor("R", requirement);
    t.ok(analysis.testable, requirement);
    const inputs = scenariosOf(parseGherkin(text)).map(({ steps: [given] }) =>
      expand(JSON.parse(given?.docString?.content ?? given?.text.replace(/^\w+ is /u, "") ?? "")),
    );
    t.strictSame(
      inputs,
      analysis.cases.map(({ input }) => expand(input)),
      requirement,
    );
  }
  t.end();
});

await test("text from outside stays text: it opens no scenario, no tag and no comment", (t) => {
  const attack =
    'The name must be at most 5 characters.\n\n  Scenario: pwned\n    Given evil\n@tag\n# language: de\n"""\n| a |\u2028Feature: x';
  const { analysis } = featureFor("R-1", "The name must be at most 5 characters.");
  const text = featureOf({ ...analysis, title: attack, requirement: attack, assumptions: [attack] });
  const feature = parseGherkin(text);
  t.equal(scenariosOf(feature).length, analysis.cases.length);
  t.match(feature, { language: "en", tags: [{ name: "@R-1" }] });
  t.equal(feature.tags.length, 1);
  t.match(feature.description, "Scenario: pwned Given evil @tag # language: de");
  t.end();
});

await test("what cannot be tested is a feature without scenarios that says why", (t) => {
  const { text } = featureFor("UX-1", "The interface should be user friendly.");
  const feature = parseGherkin(text);
  t.strictSame(scenariosOf(feature), []);
  t.match(feature.description, /Not testable: "user friendly" has no measure/);
  t.end();
});
