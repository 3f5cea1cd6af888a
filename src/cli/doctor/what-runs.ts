import { stateDirOf } from "../../runtime/control/state-dir.ts";
import type { ResolvedConfig, ResolvedResource } from "../../runtime/model/resolved.ts";
import { standInsFor } from "../../runtime/plan/stand-ins.ts";
import { gatherFacts } from "../../runtime/session/gather-facts.ts";
import type { Check, Runs, RunsAs } from "./check.ts";
import { ok, warn } from "./check.ts";

const NOT_IN_CONFIG: RunsAs = { as: "embedded", why: "not in the config" };
const SIDECAR: RunsAs = {
  as: "embedded",
  why: "the runtime's own sidecar speaks Dapr's HTTP API; it has no gRPC",
};

/** What really serves each kind of resource here: the same choice that `agents up` makes. */
export async function whatRuns(
  config: ResolvedConfig | null,
): Promise<{ readonly runs: Runs; readonly checks: readonly Check[] }> {
  if (config === null)
    return {
      runs: { redis: NOT_IN_CONFIG, sqlserver: NOT_IN_CONFIG, ollama: NOT_IN_CONFIG, sidecar: SIDECAR },
      checks: [],
    };
  const standIns = standInsFor(config, await gatherFacts(config, null, process.env), stateDirOf(config.root));
  const runsAs = (kind: ResolvedResource["kind"]): RunsAs => {
    const found = standIns.find((standIn) => standIn.kind === kind);
    if (found === undefined) return NOT_IN_CONFIG;
    const { implementation, reason } = found;
    return {
      as:
        implementation === "local" || implementation === "external" || implementation === "container"
          ? implementation
          : "embedded",
      why: reason,
    };
  };
  const ollama = runsAs("ollama");
  const checks = ollama === NOT_IN_CONFIG ? [] : [modelCheck(ollama)];
  return {
    runs: { redis: runsAs("redis"), sqlserver: runsAs("sqlserver"), ollama, sidecar: SIDECAR },
    checks,
  };
}

function modelCheck({ as, why }: RunsAs): Check {
  return as === "embedded"
    ? warn("model", why, "For real answers install Ollama (https://ollama.com) and pull the model.")
    : ok("model", why);
}
