import { test } from "tap";
import { examplesOf } from "../../prompt-examples.ts";
import { claimedSuccess, inventedOf } from "../../../../src/agents/devops/domain/wording.ts";

const GIVEN = 'The step "npm test" failed with exit code 1 (test). Line 4: not ok 3 - adds';

void test("words about a failure that tell of success are found", (t) => {
  for (const [text, claims] of [
    ["Everything passed.", ["passed"]],
    ["The build is green, and there were no errors.", ["green", "no errors"]],
    ["Success! All is well.", ["success", "all is well"]],
    ["It ended without any problems.", ["without any problems"]],
    ["Every test pa\u200bsses.", ["passes"]],
    ["The run was successful.", ["successful"]],
  ] as const)
    t.same(claimedSuccess(text, GIVEN), claims, text);
  t.end();
});

void test("words about a failure that tell of it are none", (t) => {
  for (const text of [
    'The step "npm test" failed because the test "adds" does not pass; see line 4.',
    "The tests didn't pass.",
    "It never succeeds on this machine.",
    "The job was killed: out of memory.",
    "A bypass is missing.",
  ])
    t.same(claimedSuccess(text, GIVEN), [], text);
  t.same(claimedSuccess("Of 5 tests 4 passed.", "Line 9: 4 passed, 1 failed"), [], "the log says so, too");
  t.end();
});

void test("figures, names and addresses that were not given are found, also in words", async (t) => {
  for (const [text, invented] of [
    ["Fifty tests failed.", ["fifty"]],
    ["Bob broke it; see https://example.com/1.", ["https://example.com/1", "bob"]],
    ["Line 9 says why.", ["9"]],
    ["Line four says why: the third test adds.", ["third"]],
    ["Build and job failed at line 4.", []],
  ] as const)
    t.same(inventedOf(text, GIVEN), invented, text);
  for (const prompt of ["summarise-sprint", "summarise-failure"])
    for (const { input, output } of await examplesOf(`devops/${prompt}`))
      t.same(inventedOf(output["summary"] ?? "", String(input["facts"])), [], prompt);
});
