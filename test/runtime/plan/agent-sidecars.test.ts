import t from "tap";
import { chooseAgentSidecars } from "../../../src/runtime/plan/agent-sidecars.ts";
import { EMBEDDED_SIDECARS, type SidecarChoice } from "../../../src/runtime/plan/sidecar-choice.ts";
import { resolveConfig } from "../../../src/runtime/model/config/resolve.ts";
import type { ResolvedConfig } from "../../../src/runtime/model/resolved.ts";

const DAPRD: SidecarChoice = {
  as: "daprd",
  path: "/bin/daprd",
  image: null,
  version: "1.18.1",
  reason: "",
};

function configOf(sidecars: Readonly<Record<string, unknown>>): ResolvedConfig {
  const agents = Object.fromEntries(
    Object.entries(sidecars).map(([name, sidecar]) => [
      name,
      { command: ["true"], ...(sidecar === undefined ? {} : { sidecar }) },
    ]),
  );
  const resolved = resolveConfig({ name: "test", agents }, "/project/agents.config.json");
  if (resolved.at === "invalid") throw new Error(JSON.stringify(resolved));
  return resolved.config;
}

t.test("an agent's own word goes before the run's choice, and false is none", async (t) => {
  const config = configOf({ a: undefined, b: true, c: "daprd", d: false });
  const { byAgent, problems } = chooseAgentSidecars(config, { choice: DAPRD, noDaprd: null });
  t.same(
    [...byAgent],
    [
      ["a", "daprd"],
      ["b", "daprd"],
      ["c", "daprd"],
    ],
  );
  t.same(problems, []);
  t.same(
    [...chooseAgentSidecars(configOf({ a: true }), { choice: EMBEDDED_SIDECARS, noDaprd: "x" }).byAgent],
    [["a", "embedded"]],
  );
});

t.test("a daprd that cannot be had is refused with the reason", async (t) => {
  const { problems } = chooseAgentSidecars(configOf({ a: "daprd" }), {
    choice: EMBEDDED_SIDECARS,
    noDaprd: "there is none",
  });
  t.match(problems, [
    { code: "AGENTS_DAPRD_NOT_FOUND", details: { path: "agents.a.sidecar", found: "daprd" } },
  ]);
});
