import { test } from "tap";
import { claimedSuccess } from "../../../../src/agents/devops/domain/wording.ts";

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
