import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { connect } from "../control/client.ts";
import { acquireRunLock } from "../control/run-lock.ts";
import { stateDirOf } from "../control/state-dir.ts";
import { createLogStore } from "../feed/log-store.ts";
import { AgentsError } from "../model/errors.ts";
import { hasModel } from "../model/model-name.ts";
import type { ResolvedConfig, ResolvedResource } from "../model/resolved.ts";
import type { Progress } from "../model/snapshot.ts";
import { modelUnavailable } from "../resources/ollama/model-unavailable.ts";
import { probeOllama } from "../resources/ollama/probe.ts";
import { PullFailed, pullModel } from "../resources/ollama/pull-model.ts";
import type { SupervisedNode } from "../supervisor/node.ts";
import { Watchdog } from "../watchdog/watchdog.ts";
import { calmProgress } from "./calm-progress.ts";
import { Containers } from "./containers.ts";
import { planRun } from "./plan-run.ts";
import { ProcessLogs } from "./process-logs.ts";
import { prepareServers } from "./prepare-servers.ts";
import { sweepLastRun } from "./sweep-last-run.ts";
import { Teller } from "./teller.ts";

/** What becomes of one model. */
export interface PulledModel {
  readonly resource: string;
  readonly model: string;
  /** False: it was here already. */
  readonly pulled: boolean;
}

export interface PullModelsOptions {
  readonly config: ResolvedConfig;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly onProgress: (resource: string, progress: Progress) => void;
  readonly onModel: (model: PulledModel) => void;
}

type Ollama = Extract<ResolvedResource, { readonly kind: "ollama" }>;

/**
 * Fetches the models of the config into the Ollama that `agents up` would use: that of the run where one is up, the one that
 * answers, else one that is started for it and ends with it. An Ollama that AGENTS_OLLAMA_URL names is used as it is.
 *
 * @throws AgentsError AGENTS_MODEL_UNAVAILABLE for the first that cannot be had; those before it stay.
 */
export async function pullModels(options: PullModelsOptions): Promise<readonly PulledModel[]> {
  const { config, env } = options;
  const ollamas = Object.values(config.resources).filter(
    (resource): resource is Ollama => resource.kind === "ollama" && resource.models.length > 0,
  );
  if (ollamas.length === 0 || (env["AGENTS_OLLAMA_URL"] ?? "") !== "") return [];
  const locked = acquireRunLock(config.root);
  if (locked.at === "taken") {
    const { resources } = await connect(config.root).run();
    const urlOf = (name: string): string | null =>
      resources.find((resource) => resource.name === name && resource.implementation !== "embedded")?.url ??
      null;
    return await inTurn(ollamas, async (ollama) => await fetchAll(ollama, urlOf(ollama.name), options));
  }
  using owned = new DisposableStack();
  owned.use(locked.lock);
  return await withServers(options, async (serverOf) =>
    inTurn(ollamas, async (ollama) => await throughServer(ollama, serverOf(ollama), options)),
  );
}

/** An Ollama of this machine: where it is, and what has to be started for it. */
interface Server {
  readonly url: string | null;
  readonly node: SupervisedNode | null;
}

/** What a run would have, with nothing of it started; it is given back in the end. */
async function withServers<T>(
  { config, env }: PullModelsOptions,
  work: (serverOf: (ollama: Ollama) => Server) => Promise<T>,
): Promise<T> {
  const runId = randomUUID();
  const stateDir = stateDirOf(config.root);
  await sweepLastRun(config.root);
  const tell = new Teller(() => undefined);
  await using owned = new AsyncDisposableStack();
  const logs = new ProcessLogs(
    owned.use(createLogStore(join(stateDir, "logs"), { onProblem: () => undefined })),
  );
  const keeper = owned.use(new Watchdog({ runId, onTrouble: () => undefined }));
  const openDocker = async (): Promise<Containers> => await Containers.open({ config, runId, tell });
  const plan = await planRun({ config, mode: null, sampleOnly: false, stateDir, env, openDocker });
  if (plan.containers !== null) {
    owned.use(plan.containers).guardBy(keeper);
    plan.containers.ending("leave");
  }
  const servers = await prepareServers({ config, plan, stateDir, isolated: false, taken: new Set(), env });
  return await work((ollama) => {
    const choice = plan.choices.get(ollama.name);
    const answers = choice?.as === "local" && choice.part === null;
    return {
      url: servers.urls[ollama.name] ?? (answers ? `http://127.0.0.1:${ollama.port}` : null),
      node: servers.nodeOf(ollama, { runId, keeper, logs, onProgress: () => undefined }),
    };
  });
}

async function throughServer(
  ollama: Ollama,
  { url, node }: Server,
  options: PullModelsOptions,
): Promise<readonly PulledModel[]> {
  if (node === null) return await fetchAll(ollama, url, options);
  await using running = await node.resource.start(options.signal);
  const over = new AbortController();
  void running.exited.then(() => over.abort());
  await node.readiness.untilReady(AbortSignal.any([options.signal, over.signal]), () => undefined);
  options.signal.throwIfAborted();
  if (!over.signal.aborted) return await fetchAll(ollama, url, options);
  throw new AgentsError("AGENTS_EXITED", `${ollama.name} ended before it was ready.`, {
    path: ollama.name,
    hint: `agents logs ${ollama.name}`,
  });
}

/** Null: no Ollama is here that could have them. */
async function fetchAll(
  { name, models }: Ollama,
  url: string | null,
  { signal, onProgress, onModel }: PullModelsOptions,
): Promise<readonly PulledModel[]> {
  if (url === null) return [];
  const tell = calmProgress((progress) => {
    if (progress !== null) onProgress(name, progress);
  });
  return await inTurn(models, async (model) => {
    const facts = await probeOllama(url, 5000);
    const isHere = facts !== null && hasModel(facts.models, model);
    if (!isHere) await fetchOne(name, model, { url, model, signal, onProgress: tell });
    const one = { resource: name, model, pulled: !isHere };
    onModel(one);
    return [one];
  });
}

async function fetchOne(
  name: string,
  model: string,
  request: Parameters<typeof pullModel>[0],
): Promise<void> {
  try {
    await pullModel(request);
  } catch (error) {
    throw error instanceof PullFailed ? modelUnavailable(name, model, error) : error;
  }
}

/** One after the other: each takes all of the line there is. */
async function inTurn<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<readonly R[]>,
): Promise<readonly R[]> {
  const done: R[] = [];
  for (const item of items) done.push(...(await work(item)));
  return done;
}
