import { join } from "node:path";
import { onStrayError, strayText } from "./config/left-running.ts";
import type { LockOwner } from "./control/run-lock.ts";
import { acquireRunLock } from "./control/run-lock.ts";
import { removeRunFile } from "./control/run-file.ts";
import { createLogStore } from "./feed/log-store.ts";
import { openJournal } from "./journal/open-journal.ts";
import { announce } from "./session/announce.ts";
import { ConfigChanges } from "./session/apply-config.ts";
import { Feed } from "./session/feed.ts";
import { startLiveReload } from "./session/live-reload.ts";
import type { PreparedRun, PrepareOptions } from "./session/prepare-run.ts";
import { prepareRun } from "./session/prepare-run.ts";
import { ProcessLogs } from "./session/process-logs.ts";
import { releaseAfterStart } from "./session/release-after-start.ts";
import { selectAgents } from "./session/select-agents.ts";
import { Session } from "./session/session.ts";
import { StateFolder } from "./session/state-folder.ts";
import { assertSupported } from "./session/supported.ts";
import type { SupervisedRun } from "./session/supervise-run.ts";
import { superviseRun } from "./session/supervise-run.ts";
import { sweepLastRun } from "./session/sweep-last-run.ts";
import { tellOfSidecars } from "./session/tell-of-sidecars.ts";
import { OWN_LOG, Teller } from "./session/teller.ts";
import { publishSpansOf } from "./telemetry/publish-spans.ts";
import { Watchdog } from "./watchdog/watchdog.ts";

/** Watching begins after so long even where the start goes on. */
const WATCH_AFTER_MS = 2_000;

export interface StartOptions extends PrepareOptions {
  /** Agents to start; empty = all. */
  readonly agents: readonly string[];
  /** Restart what is saved. */
  readonly watch: boolean;
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
  options: StartOptions,
  selected: readonly string[],
  owned: AsyncDisposableStack,
): Promise<Session> {
  const since = Date.now();
  await sweepLastRun(options.loaded.config.root);
  const feed = new Feed();
  const tell = new Teller((event) => feed.tell(event));
  const run = await prepareRun(options, selected, tell, owned);
  const { runId, stateDir, config, plan, programs, host, system } = run;

  const logStore = owned.use(
    createLogStore(join(stateDir, "logs"), { onProblem: (text) => tell.warning(text) }),
  );
  const logs = new ProcessLogs(logStore);
  tell.keepIn(logStore.writer(OWN_LOG));
  owned.use(onStrayError((stray) => tell.warning(strayText(stray))));
  const watchdog = owned.use(new Watchdog({ runId, onTrouble: (text) => tell.warning(text) }));
  plan.containers?.guardBy(watchdog);
  const supervised = superviseRun(run, { tell, feed, logs, keeper: watchdog }, owned);
  const folder = new StateFolder();
  const isStopping = (): boolean => supervised.supervisor.view().state === "stopping";
  owned.use(host.onEvent(tellOfSidecars(tell, logs, folder, isStopping)));

  // From here on the session owns what was acquired; it ends by `down`, also where announcing it fails.
  const holdings = owned.move();
  const session = new Session({
    supervisor: supervised.supervisor,
    feed,
    logs: logStore,
    journal: holdings.use(openJournal(stateDir)),
    host,
    programs,
    spans: holdings.use(publishSpansOf({ service: "agents", project: config.name, runId }, process.env)),
    agents: () => system.agents,
    notes: supervised.notes,
    ending: (how) => plan.containers?.ending(how),
    withdraw: () => {
      folder.release();
      removeRunFile(config.root, runId);
    },
    close: async () => {
      await plan.containers?.close();
      // A process that ends and a disk: nothing is left to be guarded, so that neither waits for the other.
      const ends = Promise.allSettled([watchdog.end(), host[Symbol.asyncDispose]()]);
      await holdings.disposeAsync();
      await ends;
      folder.assertKept();
    },
  });
  try {
    await announce(session, config, runId, holdings);
  } catch (error) {
    await holdings.disposeAsync();
    throw error;
  }
  folder.whenLost((error) => {
    tell.warning(`${error.message} Everything is stopped.`);
    void session.down();
  });
  for (const text of run.warnings) tell.warning(text);
  for (const text of run.notices) tell.info(text);
  begin({ options, selected, since, run, supervised, tell, holdings });
  return session;
}

interface Beginning {
  readonly options: StartOptions;
  readonly selected: readonly string[];
  /** When the config was read: what is saved after that is not lost. */
  readonly since: number;
  readonly run: PreparedRun;
  readonly supervised: SupervisedRun;
  readonly tell: Teller;
  readonly holdings: AsyncDisposableStack;
}

/** Starts the first process, and what waits until all are up: nothing here is waited for. */
function begin({ options, selected, since, run, supervised, tell, holdings }: Beginning): void {
  const { loaded, watch, isolated } = options;
  const { system, programs, host } = run;
  const { supervisor, context, resources } = supervised;
  void supervisor.start([...resources, ...selected]);
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
}
