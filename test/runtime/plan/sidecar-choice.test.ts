import t from "tap";
import type { Build } from "../../../src/runtime/plan/build.ts";
import type { DaprdFact, Machine } from "../../../src/runtime/plan/machine.ts";
import type { Mode } from "../../../src/runtime/plan/mode.ts";
import { asksForDaprd, busIsReal, chooseSidecars } from "../../../src/runtime/plan/sidecar-choice.ts";
import { bare, choose, config, everything, full, resolve } from "./kit.ts";

const FOUND: DaprdFact = { at: "found", path: "/d/daprd", version: "1.18.1" };
const MISSING = {
  at: "missing",
  why: "there is no daprd on the PATH",
  image: null,
  obstacle: null,
  named: false,
} as const;
const IN_CONTAINER: DaprdFact = { ...MISSING, image: "daprio/daprd:1.18.1" };

/** The sidecars, by the mode, whether the bus is a real Redis, and the daprd that is here. */
const SIDECARS: readonly (readonly [Mode, Machine, DaprdFact, string, string | null])[] = [
  ["auto", full, FOUND, "daprd", null],
  ["auto", full, MISSING, "embedded", null],
  ["auto", { ...bare, redisServer: "/r" }, FOUND, "daprd", null],
  ["auto", bare, FOUND, "embedded", null],
  ["containers", full, FOUND, "daprd", null],
  ["auto", full, IN_CONTAINER, "daprd", "daprio/daprd:1.18.1"],
  ["containers", full, IN_CONTAINER, "daprd", "daprio/daprd:1.18.1"],
  ["embedded", full, FOUND, "embedded", null],
  ["auto", { ...bare, given: { ...bare.given, redis: "redis://r" } }, FOUND, "daprd", null],
];

for (const [mode, machine, daprd, as, image] of SIDECARS) {
  t.test(
    `${mode}: sidecars are ${as}${image === null ? "" : " in a container"} with daprd ${daprd.at}`,
    (t) => {
      const choices = choose({ mode, machine }).byName;
      const { choice, problem, notice } = chooseSidecars({ config, mode, choices, daprd, build: everything });
      t.same([choice.as, choice.image, problem, notice], [as, image, null, null]);
      t.end();
    },
  );
}

t.test("daprd is looked for only where it could be chosen", (t) => {
  t.equal(asks("auto", full, everything), true);
  t.equal(asks("auto", bare, everything), false);
  t.equal(asks("embedded", full, everything), false);
  const own = resolve({
    resources: { redis: { kind: "redis" } },
    components: { bus: { kind: "pubsub", resource: "redis" } },
    agents: { one: { command: ["true"], sidecar: "embedded" } },
  });
  const choices = choose({ config: own, machine: full }).byName;
  t.equal(asksForDaprd({ config: own, mode: "auto", choices, build: everything }), false, "nobody takes one");
  t.equal(asks("auto", full, { ...everything, daprd: "asked", "daprd-container": "no" }), false);
  t.end();
});

t.test("containers: no daprd at all is an error", (t) => {
  const choices = choose({ mode: "containers", machine: full }).byName;
  const { problem } = chooseSidecars({
    config,
    mode: "containers",
    choices,
    daprd: MISSING,
    build: everything,
  });
  t.equal(problem?.code, "AGENTS_DAPRD_NOT_FOUND");
  const auto = { config, mode: "auto", choices, build: everything } as const;
  const daprd = { ...MISSING, obstacle: "its image cannot be pulled" };
  t.match(
    chooseSidecars({ ...auto, daprd }).notice,
    /on the PATH, and its image cannot be pulled\. Instead: the sidecars are embedded/u,
    "auto says so with one line, where Docker answers",
  );
  const named = { ...MISSING, why: "/x/daprd is no executable file", named: true };
  t.match(
    chooseSidecars({ ...auto, daprd: named }).notice,
    /^AGENTS_DAPRD: \/x\/daprd is no executable file\. Instead: the sidecars are embedded\./u,
    "and where one was named that does not do",
  );
  t.equal(chooseSidecars({ ...auto, daprd: MISSING }).notice, null, "that none is here is nothing unusual");
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
