import t from "tap";
import { AgentsError } from "../../../src/runtime/model/errors.ts";
import type { Input, State, Verdict } from "../../../src/runtime/model/state.ts";
import { alive, INITIAL, next } from "../../../src/runtime/model/state.ts";

const error = new AgentsError("AGENTS_CRASH_LOOP", "it crashed");
const retry: Verdict = { to: "backoff", delayMs: 200, why: "exit 1" };

const STATES: Readonly<Record<string, State>> = {
  stopped: { at: "stopped", incarnation: 3, why: null },
  "stopped by itself": { at: "stopped", incarnation: 3, why: "ended by itself: exit 0" },
  waiting: { at: "waiting", incarnation: 3 },
  starting: { at: "starting", incarnation: 3, exists: false },
  existing: { at: "starting", incarnation: 3, exists: true },
  ready: { at: "ready", incarnation: 3 },
  unhealthy: { at: "unhealthy", incarnation: 3, why: "answers 503" },
  backoff: { at: "backoff", incarnation: 3, delayMs: 200, why: "exit 1" },
  failed: { at: "failed", incarnation: 3, error },
  stopping: { at: "stopping", incarnation: 3, cause: "user", afterwards: "stopped" },
  restarting: { at: "stopping", incarnation: 3, cause: "user", afterwards: "waiting" },
  completed: { at: "completed", incarnation: 3 },
};

const INPUTS: Readonly<Record<string, Input>> = {
  start: { on: "start" },
  go: { on: "go" },
  exists: { on: "exists", incarnation: 3 },
  ready: { on: "ready", incarnation: 3 },
  unhealthy: { on: "unhealthy", incarnation: 3, why: "answers 503" },
  crashed: { on: "exited", incarnation: 3, verdict: retry },
  gaveUp: { on: "exited", incarnation: 3, verdict: { to: "failed", error } },
  rested: { on: "exited", incarnation: 3, verdict: { to: "stopped", why: "ended by itself: exit 0" } },
  completed: { on: "exited", incarnation: 3, verdict: { to: "completed" } },
  retry: { on: "retry", incarnation: 3 },
  stop: { on: "stop", cause: "user" },
  restart: { on: "restart", cause: "user" },
};

/** Rows: the state before. Columns: the inputs that change something, and the state after; `go` begins incarnation 4. */
const TABLE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  stopped: { start: "waiting", restart: "waiting" },
  "stopped by itself": { start: "waiting", restart: "waiting", stop: "stopped" },
  waiting: { go: "next", stop: "stopped" },
  starting: {
    exists: "existing",
    ready: "ready",
    crashed: "backoff",
    gaveUp: "failed",
    rested: "stopped by itself",
    completed: "completed",
    stop: "stopping",
    restart: "restarting",
  },
  existing: {
    ready: "ready",
    crashed: "backoff",
    gaveUp: "failed",
    rested: "stopped by itself",
    completed: "completed",
    stop: "stopping",
    restart: "restarting",
  },
  ready: {
    unhealthy: "unhealthy",
    crashed: "backoff",
    gaveUp: "failed",
    rested: "stopped by itself",
    completed: "completed",
    stop: "stopping",
    restart: "restarting",
  },
  unhealthy: {
    ready: "ready",
    crashed: "backoff",
    gaveUp: "failed",
    rested: "stopped by itself",
    completed: "completed",
    stop: "stopping",
    restart: "restarting",
  },
  backoff: { start: "waiting", retry: "waiting", stop: "stopped", restart: "waiting" },
  failed: { start: "waiting", stop: "stopped", restart: "waiting" },
  stopping: {
    start: "restarting",
    crashed: "stopped",
    gaveUp: "stopped",
    rested: "stopped",
    completed: "stopped",
    restart: "restarting",
  },
  restarting: {
    crashed: "waiting",
    gaveUp: "waiting",
    rested: "waiting",
    completed: "waiting",
    stop: "stopping",
  },
  completed: { start: "waiting", restart: "waiting" },
};

for (const [name, state] of Object.entries(STATES)) {
  t.test(`from ${name} every input leads where the table says`, (t) => {
    for (const [label, input] of Object.entries(INPUTS)) {
      const after = next(state, input);
      const expected = TABLE[name]?.[label];
      if (expected === undefined) t.equal(after, state, `${label} changes nothing`);
      else if (expected === "next") t.same(after, { at: "starting", incarnation: 4, exists: false }, label);
      else t.same(after, STATES[expected], `${label} → ${expected}`);
    }
    t.end();
  });

  t.test(`in ${name} a report about another incarnation changes nothing`, (t) => {
    for (const input of Object.values(INPUTS)) {
      if (!("incarnation" in input)) continue;
      t.equal(next(state, { ...input, incarnation: 2 }), state, `${input.on} of an earlier one`);
      t.equal(next(state, { ...input, incarnation: 4 }), state, `${input.on} of one that never was`);
    }
    t.end();
  });
}

t.test("a restart during a restart keeps the newest cause", (t) => {
  const restarting: State = { at: "stopping", incarnation: 3, cause: "user", afterwards: "waiting" };
  t.same(next(restarting, { on: "restart", cause: "watch" }), { ...restarting, cause: "watch" });
  t.end();
});

/** A small generator with a seed (mulberry32), so that a failure can be repeated. */
function randomOf(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let x = Math.imul(a ^ (a >>> 15), 1 | a);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  };
}

t.test("no sequence of inputs leaves two incarnations alive, or loses one", (t) => {
  const inputs = Object.values(INPUTS);
  for (let seed = 1; seed <= 400; seed += 1) {
    const random = randomOf(seed);
    const history: string[] = [];
    const living = new Set<number>();
    let state: State = INITIAL;
    for (let step = 0; step < 200; step += 1) {
      const drawn = inputs[Math.floor(random() * inputs.length)];
      if (drawn === undefined) continue;
      // Mostly about the present incarnation, sometimes about another; an exit is only reported of what is alive.
      const about = random() < 0.7 ? state.incarnation : Math.floor(random() * (state.incarnation + 2));
      const input: Input = "incarnation" in drawn ? { ...drawn, incarnation: about } : drawn;
      if (input.on === "exited" && !living.has(about)) {
        if (next(state, input) !== state)
          t.fail(`seed ${seed}: an exit of what is not alive changed something`);
        continue;
      }
      if (input.on === "exited") living.delete(about);
      const after = next(state, input);
      history.push(`${state.at} --${input.on}(${about})→ ${after.at}`);
      if (after.at === "starting" && after.incarnation !== state.incarnation) living.add(after.incarnation);
      state = after;
      const one = alive(state);
      const expected = one === null ? [] : [one];
      if (living.size !== expected.length || expected.some((incarnation) => !living.has(incarnation))) {
        t.fail(`seed ${seed}: alive ${[...living].join(", ")}, state ${JSON.stringify(state)}`, {
          history: history.slice(-8),
        });
        t.end();
        return;
      }
    }
  }
  t.pass("400 sequences of 200 inputs");
  t.end();
});
