import { randomUUID } from "node:crypto";
import { stateDirOf } from "../../runtime/control/state-dir.ts";
import type { AgentsError } from "../../runtime/model/errors.ts";
import type { ResolvedConfig, ResolvedResource } from "../../runtime/model/resolved.ts";
import { standInsFor } from "../../runtime/plan/stand-ins.ts";
import { gatherFacts } from "../../runtime/session/gather-facts.ts";
import type { RunPlan } from "../../runtime/session/plan-run.ts";
import { planRun } from "../../runtime/session/plan-run.ts";
import { givenServers } from "../../runtime/session/look-at-machine.ts";
import { findUnread, unreadText } from "../../runtime/session/unread-pubsubs.ts";
import { Teller } from "../../runtime/session/teller.ts";
import type { Check, Runs, RunsAs } from "./check.ts";
import { fail, ok, warn } from "./check.ts";

const NOT_IN_CONFIG: RunsAs = { as: "embedded", why: "not in the config" };
const EMBEDDED_SIDECAR: RunsAs = {
  as: "embedded",
  why: "the runtime's own sidecar speaks Dapr's HTTP API; it has no gRPC",
};

/** What really serves each kind of resource here: the same choice that `agents up` makes. */
export async function whatRuns(
  config: ResolvedConfig | null,
): Promise<{ readonly runs: Runs; readonly checks: readonly Check[] }> {
  if (config === null)
    return {
      runs: {
        redis: NOT_IN_CONFIG,
        sqlserver: NOT_IN_CONFIG,
        ollama: NOT_IN_CONFIG,
        sidecar: EMBEDDED_SIDECAR,
      },
      checks: [],
    };
  const stateDir = stateDirOf(config.root);
  const [plan, facts] = await Promise.all([planOf(config, stateDir), gatherFacts(config, null, process.env)]);
  const standIns = standInsFor(config, facts, plan.choices, stateDir);
  const runsAs = (kind: ResolvedResource["kind"]): RunsAs => {
    const resource = Object.values(config.resources).find((candidate) => candidate.kind === kind);
    if (resource === undefined) return NOT_IN_CONFIG;
    const standIn = standIns.find(({ name }) => name === resource.name);
    if (standIn !== undefined) return { as: asOf(standIn.implementation), why: standIn.reason };
    const choice = plan.choices.get(resource.name);
    return choice === undefined ? NOT_IN_CONFIG : { as: choice.as, why: choice.reason };
  };
  const ollama = runsAs("ollama");
  const unread = await findUnread(config, plan, redisOf(config, plan));
  return {
    runs: {
      redis: runsAs("redis"),
      sqlserver: runsAs("sqlserver"),
      ollama,
      sidecar: { as: plan.sidecars.as, why: plan.sidecars.reason },
    },
    checks: [
      ...(ollama === NOT_IN_CONFIG ? [] : [modelCheck(ollama)]),
      ...dockerChecks(plan),
      daprdCheck(plan),
      ...plan.problems.map(problemCheck),
      ...[...plan.notices, ...unread.map(unreadText)].map((text) =>
        warn("resources", text, "Nothing to do, if that is what you want."),
      ),
    ],
  };
}

/** Where the real Redis servers of a run would be, as far as it is known before a start: ports may change. */
function redisOf({ resources }: ResolvedConfig, { choices }: RunPlan): ReadonlyMap<string, string> {
  return new Map(
    Object.values(resources).flatMap((resource) => {
      const as = choices.get(resource.name)?.as;
      if (resource.kind !== "redis" || as === undefined || as === "embedded") return [];
      const given = as === "external" ? givenServers(process.env).redis : null;
      return [[resource.name, given ?? `redis://127.0.0.1:${resource.port}`]];
    }),
  );
}

/** Docker is looked at, and let go of again: nothing is started. */
async function planOf(config: ResolvedConfig, stateDir: string): Promise<RunPlan> {
  const plan = await planRun({
    config,
    mode: null,
    sampleOnly: false,
    stateDir,
    env: process.env,
    openDocker: async () => {
      const { Containers } = await import("../../runtime/session/containers.ts");
      return await Containers.open({ config, runId: randomUUID(), tell: new Teller(() => undefined) });
    },
  });
  plan.containers?.letGo();
  return plan;
}

function asOf(implementation: string): RunsAs["as"] {
  return implementation === "local" || implementation === "external" || implementation === "container"
    ? implementation
    : "embedded";
}

function modelCheck({ as, why }: RunsAs): Check {
  return as === "embedded"
    ? warn("model", why, "For real answers install Ollama (https://ollama.com) and pull the model.")
    : ok("model", why);
}

function dockerChecks({ docker }: RunPlan): readonly Check[] {
  switch (docker.at) {
    case "answers":
      return [ok("docker", `${docker.version} answers (${docker.architecture})`)];
    case "not-asked":
      return [ok("docker", "not looked for: nothing that is to run here could use it")];
    case "closed": {
      const { code, message, details } = docker.error;
      if (code === "AGENTS_DOCKER_MISSING") return [ok("docker", "not installed, and not needed")];
      return [warn("docker", message, details.hint ?? "See docs/errors.md.")];
    }
    default:
      return docker satisfies never;
  }
}

function daprdCheck({ daprd }: RunPlan): Check {
  switch (daprd.at) {
    case "found":
      return ok("daprd", `${daprd.version} at ${daprd.path}`);
    case "missing": {
      const runs = daprd.image === null ? "the embedded sidecar runs" : `the container ${daprd.image} runs`;
      const text = `${daprd.why}: ${runs}`;
      return daprd.named
        ? warn("daprd", text, "Correct AGENTS_DAPRD, or unset it to have daprd looked for.")
        : ok("daprd", text);
    }
    case "not-asked":
      return ok("daprd", "not looked for: it needs a bus that it can reach, a real Redis");
    default:
      return daprd satisfies never;
  }
}

function problemCheck({ message, details }: AgentsError): Check {
  const { path = "" } = details;
  const name = /^(agents|resources)\./u.test(path) ? path : "resources";
  return fail(name, message, details.hint ?? "See agents up.");
}
