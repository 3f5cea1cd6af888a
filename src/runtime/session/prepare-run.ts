import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { LoadedConfig } from "../config/loaded-config.ts";
import { stateDirOf } from "../control/state-dir.ts";
import type { ResolvedConfig } from "../model/resolved.ts";
import type { Mode } from "../plan/mode.ts";
import type { LlmMode, StandIn } from "../plan/stand-ins.ts";
import { chooseLlm, standInsFor } from "../plan/stand-ins.ts";
import { urlsOf } from "../plan/urls.ts";
import { createBundler } from "../resources/bundle/bundler.ts";
import { preloadSpawn } from "../resources/process/spawn.ts";
import type { UnreadPubsub } from "../resources/sidecar/daprd/host/daprd-calls.ts";
import { createEmbeddedSidecarHost } from "../resources/sidecar/embedded/create-host.ts";
import type { SidecarHost } from "../resources/sidecar/sidecar-host.ts";
import type { WarmUp } from "../warm-up.ts";
import type { AgentPorts } from "./choose-ports.ts";
import { choosePortsOfRun } from "./choose-ports.ts";
import { embeddedParts } from "./embedded-parts.ts";
import { gatherFacts } from "./gather-facts.ts";
import { LlmInUse } from "./llm-in-use.ts";
import { checkModelKeys } from "./model-keys.ts";
import type { RunPlan } from "./plan-run.ts";
import { assertPlanned, planRun } from "./plan-run.ts";
import { Programs } from "./programs.ts";
import type { Servers } from "./servers.ts";
import { prepareServers } from "./prepare-servers.ts";
import { System } from "./system.ts";
import type { Teller } from "./teller.ts";
import { findUnread, keepUnread, unreadText } from "./unread-pubsubs.ts";

export interface PrepareOptions {
  readonly loaded: LoadedConfig;
  /** Choose all ports freely. */
  readonly isolated: boolean;
  /** Null: live where a model answers, else sample. */
  readonly llm: LlmMode | null;
  /** Null: `auto`, with what was chosen when each resource first served. */
  readonly mode: Mode | null;
  /** What was started for it beforehand. */
  readonly warm: WarmUp | null;
  /** Custom `exports` conditions for the agents' programs. */
  readonly conditions: readonly string[];
  /** Gives the start up, also in the middle of a build. Once it has answered, a session is ended by `down`. */
  readonly signal: AbortSignal;
}

/** A run of which everything is decided, built and promised, and nothing is started but the sidecars' thread. */
export interface PreparedRun {
  readonly runId: string;
  /** Absolute path of `.agents/`. */
  readonly stateDir: string;
  readonly config: ResolvedConfig;
  readonly plan: RunPlan;
  readonly programs: Programs;
  readonly host: SidecarHost;
  readonly system: System;
  readonly promised: ReadonlyMap<string, AgentPorts>;
  readonly servers: Servers;
  readonly standIns: readonly StandIn[];
  /** Where each resource is, by its name. */
  readonly urls: Readonly<Record<string, string | null>>;
  readonly llmInUse: LlmInUse;
  /** Samples were asked for, or a replay: no model is. */
  readonly sampleOnly: boolean;
  readonly unread: readonly UnreadPubsub[];
  /** What a person should know before it starts. */
  readonly warnings: readonly string[];
  readonly notices: readonly string[];
}

/**
 * Looks at the machine, decides what runs where, builds the programs and chooses the ports, all at once. What is acquired
 * goes onto `owned`.
 *
 * @throws AgentsError for whatever keeps the run from starting.
 */
export async function prepareRun(
  { loaded, isolated, llm, mode, conditions, warm, signal }: PrepareOptions,
  selected: readonly string[],
  tell: Teller,
  owned: AsyncDisposableStack,
): Promise<PreparedRun> {
  const { config } = loaded;
  const stateDir = stateDirOf(config.root);
  const runId = randomUUID();
  const programs = new Programs(
    createBundler({ root: config.root, cacheDir: join(stateDir, "cache"), conditions }),
  );
  owned.defer(async () => await programs.close());
  signal.addEventListener("abort", () => void programs.close(), { once: true });
  const sampleOnly = llm === "sample" || llm === "replay";
  const openDocker: Parameters<typeof planRun>[0]["openDocker"] = async () => {
    const { Containers } = await import("./containers.ts");
    return await Containers.open({ config, runId, tell });
  };
  const planning = planRun({ config, mode, sampleOnly, stateDir, env: process.env, openDocker });
  owned.defer(async () => await (await planning.catch(() => null))?.containers?.close());
  const hosting = planning.then(
    async (plan) =>
      await createEmbeddedSidecarHost(
        { runId, stateDir, root: config.root, ...embeddedParts(config, plan) },
        warm?.takeSidecars(),
      ),
  );
  void preloadSpawn();
  owned.defer(async () => await (await hosting.catch(() => null))?.[Symbol.asyncDispose]());

  const all = Object.values(config.agents);
  const agents = all.filter(({ name }) => selected.includes(name));
  const [plan, facts, ports, host] = await Promise.all([
    planning,
    gatherFacts(config, llm, process.env),
    choosePortsOfRun(all, selected, isolated),
    hosting,
    programs.prepare(...agents),
  ]);

  assertPlanned(plan);
  const llmInUse = new LlmInUse(chooseLlm(config, facts, plan.choices));
  const withoutKey = checkModelKeys(agents, config, llmInUse.choice);
  const system = new System(config, ports.byAgent);
  const taken = system.portsBeside(new Set());
  const servers = await prepareServers({ config, plan, stateDir, isolated, taken, env: process.env });
  if (servers.redis.size > 0) await host.place(Object.fromEntries(servers.redis));
  await host.configure(all.map(({ name, subscribes }) => ({ appId: name, subscribes })));
  const standIns = standInsFor(config, facts, plan.choices, stateDir);
  const unread = await findUnread(config, plan, servers.redis);
  keepUnread(stateDir, unread);
  return {
    runId,
    stateDir,
    config,
    plan,
    programs,
    host,
    system,
    promised: ports.byAgent,
    servers,
    standIns,
    urls: { ...urlsOf(config, standIns), ...servers.urls },
    llmInUse,
    sampleOnly,
    unread,
    warnings: [...plan.notices, ...unread.map(unreadText), ...withoutKey],
    notices: [...ports.notices, ...servers.notices],
  };
}
