import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { onStrayError, strayText } from "./config/left-running.ts";
import type { LoadedConfig } from "./config/load.ts";
import type { LockOwner } from "./control/run-lock.ts";
import { acquireRunLock } from "./control/run-lock.ts";
import { removeRunFile } from "./control/run-file.ts";
import { stateDirOf } from "./control/state-dir.ts";
import { createLogStore } from "./feed/log-store.ts";
import { openJournal } from "./journal/open-journal.ts";
import type { Progress } from "./model/snapshot.ts";
import type { Mode } from "./plan/mode.ts";
import type { LlmMode } from "./plan/stand-ins.ts";
import { chooseLlm, standInsFor } from "./plan/stand-ins.ts";
import { urlsOf } from "./plan/urls.ts";
import { createBundler } from "./resources/bundle/bundler.ts";
import { preloadSpawn } from "./resources/process/spawn.ts";
import { createEmbeddedSidecarHost } from "./resources/sidecar/embedded/create-host.ts";
import type { AgentContext } from "./session/agent-node.ts";
import { AgentNotes } from "./session/agent-notes.ts";
import { announce } from "./session/announce.ts";
import { ConfigChanges } from "./session/apply-config.ts";
import { choosePortsOfRun } from "./session/choose-ports.ts";
import { describeModels } from "./session/describe-models.ts";
import { embeddedParts } from "./session/embedded-parts.ts";
import { composeSidecars } from "./session/compose-sidecars.ts";
import { Feed } from "./session/feed.ts";
import { gatherFacts } from "./session/gather-facts.ts";
import { LlmInUse } from "./session/llm-in-use.ts";
import { KeptChoices } from "./session/kept-choices.ts";
import { startLiveReload } from "./session/live-reload.ts";
import { checkModelKeys } from "./session/model-keys.ts";
import { assertPlanned, planRun } from "./session/plan-run.ts";
import { ProcessLogs } from "./session/process-logs.ts";
import { prepareServers } from "./session/servers.ts";
import { Programs } from "./session/programs.ts";
import { releaseAfterStart } from "./session/release-after-start.ts";
import { resourceNode } from "./session/resource-nodes.ts";
import { modelsOf, resourcesThatRun } from "./session/resources-that-run.ts";
import { selectAgents } from "./session/select-agents.ts";
import { Session } from "./session/session.ts";
import { StateFolder } from "./session/state-folder.ts";
import { sidecarName } from "./session/sidecar-node.ts";
import { assertSupported } from "./session/supported.ts";
import { System } from "./session/system.ts";
import { OWN_LOG, Teller } from "./session/teller.ts";
import { Supervisor } from "./supervisor/supervisor.ts";
import { publishSpansOf } from "./telemetry/publish-spans.ts";
import { sweepLastRun } from "./session/sweep-last-run.ts";
import { findUnread, keepUnread, unreadText } from "./session/unread-pubsubs.ts";
import { Watchdog } from "./watchdog/watchdog.ts";
import type { WarmUp } from "./warm-up.ts";

/** Watching begins after so long even where the start goes on. */
const WATCH_AFTER_MS = 2_000;

export interface StartOptions {
  readonly loaded: LoadedConfig;
  /** Agents to start; empty = all. */
  readonly agents: readonly string[];
  /** Choose all ports freely. */
  readonly isolated: boolean;
  /** Restart what is saved. */
  readonly watch: boolean;
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

/** `taken`: somebody else holds the one run of this folder. */
export type StartResult =
  | { readonly at: "started"; readonly session: Session }
  | { readonly at: "taken"; readonly by: LockOwner };

/**
 * Starts a run: everything that can be found wrong is found before the first process starts.
 *
 * @throws AgentsError for what was found, the signal's reason when it was given up; then nothing was started and nothing
 * is left.
 */
export async function start(options: StartOptions): Promise<StartResult> {
  const { config } = options.loaded;
  const selected = selectAgents(config, options.agents);
  assertSupported(Object.values(config.agents));
  const locked = acquireRunLock(config.root);
  if (locked.at === "taken") return locked;
  await using owned = new AsyncDisposableStack();
  owned.use(locked.lock);
  try {
    return { at: "started", session: await compose(options, selected, owned) };
  } catch (error) {
    options.signal.throwIfAborted(); // what was cut off failed for no other reason
    throw error;
  }
}

/** What is acquired goes onto `owned`, and is given back in reverse order: on a failure here, or when the session ends. */
async function compose(
  { loaded, isolated, watch, llm, mode, conditions, warm, signal }: StartOptions,
  selected: readonly string[],
  owned: AsyncDisposableStack,
): Promise<Session> {
  const { config } = loaded;
  const since = Date.now();
  const stateDir = stateDirOf(config.root);
  const runId = randomUUID();
  await sweepLastRun(config.root);

  const feed = new Feed();
  const tell = new Teller((event) => feed.tell(event));
  const programs = new Programs(
    createBundler({ root: config.root, cacheDir: join(stateDir, "cache"), conditions }),
  );
  owned.defer(async () => await programs.close());
  signal.addEventListener("abort", () => void programs.close(), { once: true });
  const sampleOnly = llm === "sample" || llm === "replay";
  const planning = planRun({
    config,
    mode,
    sampleOnly,
    stateDir,
    env: process.env,
    openDocker: async () => {
      const { Containers } = await import("./session/containers.ts");
      return await Containers.open({ config, runId, tell });
    },
  });
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

  const agents = Object.values(config.agents).filter(({ name }) => selected.includes(name));
  const [plan, facts, ports, host] = await Promise.all([
    planning,
    gatherFacts(config, llm, process.env),
    choosePortsOfRun(Object.values(config.agents), selected, isolated),
    hosting,
    programs.prepare(...agents),
  ]);

  assertPlanned(plan);
  const { choices, containers } = plan;
  const llmInUse = new LlmInUse(chooseLlm(config, facts, choices));
  const withoutKey = checkModelKeys(agents, config, llmInUse.choice);
  const all = Object.values(config.agents);
  const system = new System(config, ports.byAgent);
  const servers = await prepareServers({
    config,
    plan,
    stateDir,
    isolated,
    taken: system.portsBeside(new Set()),
    env: process.env,
  });
  if (servers.redis.size > 0) await host.place(Object.fromEntries(servers.redis));
  await host.configure(all.map(({ name, subscribes }) => ({ appId: name, subscribes })));

  const logStore = owned.use(
    createLogStore(join(stateDir, "logs"), { onProblem: (text) => tell.warning(text) }),
  );
  const logs = new ProcessLogs(logStore);
  tell.keepIn(logStore.writer(OWN_LOG));
  owned.use(onStrayError((stray) => tell.warning(strayText(stray))));
  const watchdog = owned.use(new Watchdog({ runId, onTrouble: (text) => tell.warning(text) }));
  containers?.guardBy(watchdog);
  const standIns = standInsFor(config, facts, choices, stateDir);
  const urls = { ...urlsOf(config, standIns), ...servers.urls };
  const onProgress = (name: string, progress: Progress | null): void =>
    supervisor.describe(name, { progress });
  const unread = await findUnread(config, plan, servers.redis);
  keepUnread(stateDir, unread);
  const sidecars = composeSidecars({
    unread,
    config,
    runId,
    stateDir,
    choice: plan.sidecars,
    daprd: plan.daprd,
    containers,
    redis: servers.redis,
    promised: ports.byAgent,
    host,
    keeper: watchdog,
    logs,
    onProgress,
  });
  const notes = new AgentNotes((name, note) => supervisor.describe(name, { note }));
  const context: AgentContext = {
    notes,
    config,
    models: modelsOf(config),
    runId,
    stateDir,
    urls,
    get llm() {
      return llmInUse.choice;
    },
    host,
    sidecars,
    keeper: watchdog,
    logs,
    containers,
    launch: async (agent) => await programs.launch(agent),
  };
  const resources = resourcesThatRun(config);
  // Samples that were asked for say nothing about who is to answer the next run.
  const passing = resources.flatMap(({ name, kind }) => (kind === "ollama" && sampleOnly ? [name] : []));
  const kept = new KeptChoices(stateDir, choices, new Set(passing));
  /** Agents that wait for it have not started yet: they are told to use samples instead. */
  const giveUpModel = (name: string, why: string): void => {
    if (!llmInUse.mayDegrade) return;
    const instead = "answers are deterministic samples, marked as such";
    llmInUse.degrade(`${why}; ${instead}`);
    tell.warning(`${why}. Instead: ${instead}. agents up --llm live waits for the model.`);
    supervisor.describe(name, { note: `${why}; ${instead}` });
    describeModels(supervisor, system.agents, context);
  };
  const supervisor: Supervisor = new Supervisor({
    nodes: [
      ...resources.map((resource) =>
        resourceNode(resource, {
          runId,
          servers,
          standIns,
          urls,
          choices,
          keeper: watchdog,
          logs,
          onProgress,
          pulls: {
            onProgress,
            onVersion: (name, version) => supervisor.describe(name, { version }),
            giveUp:
              plan.mode === "containers" || !llmInUse.mayDegrade
                ? null
                : (name, why) => giveUpModel(name, why),
          },
        }),
      ),
      ...[...system.agents.values()].flatMap((agent) => system.nodes(agent, context)),
    ],
    run: { project: config.name, pid: process.pid, dashboardUrl: null },
    onEvent: (event) => {
      feed.tell(event);
      if (event.type === "resource" && event.resource.state === "ready") kept.ready(event.resource.name);
    },
  });
  owned.use(sidecars.superviseWith(supervisor, tell));
  const folder = new StateFolder();
  owned.use(
    host.onEvent((event) => {
      if (event.type === "lost") folder.lose(event.reason);
      // What concerns all sidecars is said by the run.
      else if (event.type === "log" && event.appId === OWN_LOG)
        tell[event.level === "info" ? "info" : "warning"](event.text);
      else if (event.type === "log")
        logs.write(
          sidecarName(event.appId),
          event.level === "info" ? "stdout" : "stderr",
          Buffer.from(`${event.level}: ${event.text}\n`),
        );
    }),
  );

  // From here on the session owns what was acquired; it ends by `down`, also where announcing it fails.
  const holdings = owned.move();
  const session = new Session({
    supervisor,
    feed,
    logs: logStore,
    journal: holdings.use(openJournal(stateDir)),
    host,
    programs,
    spans: holdings.use(publishSpansOf({ service: "agents", project: config.name, runId }, process.env)),
    agents: () => system.agents,
    notes,
    ending: (how) => containers?.ending(how),
    withdraw: () => {
      folder.release();
      removeRunFile(config.root, runId);
    },
    close: async () => {
      await containers?.close();
      // A process that ends and a disk: nothing is left to be guarded, so that neither waits for the other.
      const ends = Promise.allSettled([watchdog.end(), host[Symbol.asyncDispose]()]);
      await holdings.disposeAsync();
      await ends;
      folder.assertKept();
    },
  });
  try {
    await announce(session, config, runId, holdings);
    folder.whenLost((error) => {
      tell.warning(`${error.message} Everything is stopped.`);
      void session.down();
    });
  } catch (error) {
    await holdings.disposeAsync();
    throw error;
  }
  for (const text of [...plan.notices, ...unread.map(unreadText), ...withoutKey]) tell.warning(text);
  for (const text of [...ports.notices, ...servers.notices]) tell.info(text);
  void supervisor.start([...resources.map(({ name }) => name), ...selected]);
  const settled = supervisor.settled({ timeoutMs: WATCH_AFTER_MS });
  if (watch) {
    const changes = new ConfigChanges({ system, supervisor, programs, host, context, isolated, tell });
    // Watching costs CPU that the agents need for their start; what is saved until then is not lost. A start that hangs
    // is what a save may mend, so that it is not waited for.
    const watching = settled.then(async (settlement) =>
      settlement.by === "stopped"
        ? null
        : await startLiveReload({ loaded, since, system, programs, supervisor, changes, tell }),
    );
    watching.catch((error: unknown) => tell.error(null, error));
    holdings.defer(async () => await (await watching.catch(() => null))?.[Symbol.asyncDispose]());
  }
  holdings.use(releaseAfterStart(settled, host));
  return session;
}
