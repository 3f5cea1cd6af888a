import t from "tap";
import type { Build } from "../../../src/runtime/plan/build.ts";
import type { DaprdFact, Machine } from "../../../src/runtime/plan/machine.ts";
import type { Mode } from "../../../src/runtime/plan/mode.ts";
import { asksForDaprd, busIsReal, chooseSidecars } from "../../../src/runtime/plan/sidecar-choice.ts";
import { bare, choose, config, everything, full, resolve } from "./kit.ts";

const FOUND: DaprdFact = { at: "found", path: "/d/daprd", version: "1.18.1" };
const MISSING: DaprdFact = {
  at: "missing",
  why: "there is no daprd on the PATH",
  image: "daprio/daprd:1.18.1",
};

/** The sidecars, by the mode, whether the bus is a real Redis, and the daprd that is here. */
const SIDECARS: readonly (readonly [Mode, Machine, DaprdFact, string, string | null])[] = [
  ["auto", full, FOUND, "daprd", null],
  ["auto", full, MISSING, "embedded", null],
  ["auto", { ...bare, redisServer: "/r" }, FOUND, "daprd", null],
  ["auto", bare, FOUND, "embedded", null],
  ["containers", full, FOUND, "daprd", null],
  ["containers", full, MISSING, "daprd", "daprio/daprd:1.18.1"],
  ["embedded", full, FOUND, "embedded", null],
  ["auto", { ...bare, given: { ...bare.given, redis: "redis://r" } }, FOUND, "daprd", null],
];

for (const [mode, machine, daprd, as, image] of SIDECARS) {
  t.test(
    `${mode}: sidecars are ${as}${image === null ? "" : " in a container"} with daprd ${daprd.at}`,
    (t) => {
      const choices = choose({ mode, machine }).byName;
      const { choice, problem } = chooseSidecars({ config, mode, choices, daprd, build: everything });
      t.same([choice.as, choice.image, problem], [as, image, null]);
      t.end();
    },
  );
}

t.test("daprd is looked for only where it could be chosen", (t) => {
  t.equal(asks("auto", full, everything), true);
  t.equal(asks("auto", bare, everything), false);
  t.equal(asks("embedded", full, everything), false);
  t.equal(asks("auto", full, { ...everything, daprd: "asked", "daprd-container": "no" }), false);
  t.end();
});

t.test("containers: no daprd at all is an error", (t) => {
  const choices = choose({ mode: "containers", machine: full }).byName;
  const daprd = { at: "missing", why: "none on the PATH", image: null } as const;
  const { problem } = chooseSidecars({ config, mode: "containers", choices, daprd, build: everything });
  t.equal(problem?.code, "AGENTS_DAPRD_NOT_FOUND");
  t.end();
});

t.test("a pub/sub without a real Redis behind it keeps all sidecars embedded", (t) => {
  const own = resolve({ resources: { redis: { kind: "redis" } }, components: { bus: { kind: "pubsub" } } });
  t.equal(busIsReal(own, choose({ config: own, machine: full }).byName), false);
  t.equal(busIsReal(config, choose({ machine: full }).byName), true);
  t.end();
});

function asks(mode: Mode, machine: Machine, which: Build): boolean {
  return asksForDaprd({ config, mode, choices: choose({ mode, machine }).byName, build: which });
}
