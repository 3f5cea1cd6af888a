import t from "tap";
import type { RestartDecision, UnplannedExit } from "../../../src/runtime/model/restart.ts";
import { backoff, decideRestart } from "../../../src/runtime/model/restart.ts";

const crash: UnplannedExit = {
  code: 1,
  readyForMs: null,
  oneShot: false,
  policy: "on-failure",
  history: [],
  now: 1_000,
  random: () => 0,
};

t.test("the pause doubles from 0.2 s to 10 s", (t) => {
  const pauses = Array.from({ length: 9 }, (_, index) => backoff(index + 1, () => 0));
  t.same(pauses, [200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000, 10_000]);
  t.end();
});

t.test("chance takes off at most a quarter, and never adds", (t) => {
  t.equal(
    backoff(3, () => 0.999_999),
    600,
  );
  t.equal(
    backoff(3, () => 0.5),
    700,
  );
  t.end();
});

/** Crashes again and again, each time after having run for `runMs`; gives the decisions until it is not restarted. */
function crashLoop(exit: Partial<UnplannedExit>, runMs: number, limit = 20): readonly RestartDecision[] {
  const decisions: RestartDecision[] = [];
  let { now } = crash;
  let history: UnplannedExit["history"] = [];
  while (decisions.length < limit) {
    now += runMs;
    const decision = decideRestart({ ...crash, ...exit, history, now });
    decisions.push(decision);
    if (decision.do !== "retry") break;
    ({ history } = decision);
    now += decision.delayMs;
  }
  return decisions;
}

t.test("the fifth crash within 30 s is a crash loop", (t) => {
  const decisions = crashLoop({}, 100);
  t.same(
    decisions.map((decision) => decision.do),
    ["retry", "retry", "retry", "retry", "loop"],
  );
  t.match(decisions.at(-1), { do: "loop", crashes: 5, withinMs: 3_400 });
  t.end();
});

t.test("an exit with code 0 before it was ready is a crash", (t) => {
  t.equal(crashLoop({ code: 0 }, 100).at(-1)?.do, "loop");
  t.end();
});

t.test("what says that it cannot start as it is set up is not started again, what served once is", (t) => {
  t.equal(decideRestart({ ...crash, code: 78 }).do, "not-set-up");
  t.equal(decideRestart({ ...crash, code: 78, policy: "always" }).do, "not-set-up");
  t.equal(decideRestart({ ...crash, code: 78, readyForMs: 1 }).do, "retry");
  t.end();
});

t.test("crashes that lie further apart are restarted for ever, with ever longer pauses", (t) => {
  const decisions = crashLoop({ readyForMs: 8_000 }, 8_000);
  t.equal(decisions.length, 20);
  t.match(decisions.at(-1), { do: "retry", delayMs: 10_000 });
  t.end();
});

t.test("10 s ready, and earlier crashes are forgotten", (t) => {
  const history = [100, 200, 300, 400];
  t.match(decideRestart({ ...crash, history, now: 11_000, readyForMs: 10_000 }), {
    do: "retry",
    delayMs: 200,
    nth: 1,
    history: [11_000],
  });
  t.equal(decideRestart({ ...crash, history, now: 11_000, readyForMs: 9_999 }).do, "loop");
  t.end();
});

t.test("the policy decides about exits that were no crash", (t) => {
  const clean = { ...crash, code: 0, readyForMs: 500 };
  t.equal(decideRestart(clean).do, "rest");
  t.equal(decideRestart({ ...clean, policy: "never" }).do, "rest");
  t.equal(decideRestart({ ...clean, policy: "always" }).do, "retry");
  t.equal(decideRestart({ ...crash, policy: "never" }).do, "give-up");
  t.end();
});

t.test("a task completes with exit code 0 and fails with any other, at once", (t) => {
  t.equal(decideRestart({ ...crash, oneShot: true, code: 0 }).do, "complete");
  t.equal(decideRestart({ ...crash, oneShot: true }).do, "give-up");
  t.end();
});
