import { randomUUID } from "node:crypto";
import { join, resolve } from "node:path";
import type { AgentDefinition, AgentKit, AgentParts } from "./agent.ts";
import { openStore, publishCommitted } from "./agent-store.ts";
import type { AgentStore } from "./agent-store.ts";
import { WorkInFlight } from "./handling/work-in-flight.ts";
import { createApp } from "./http/app.ts";
import type { HealthSource } from "./http/app-parts.ts";
import type { Logger } from "./log/logger.ts";
import { generate } from "./model/generate.ts";
import { selectModel } from "./model/select-model.ts";
import { AfterReady } from "./process/after-ready.ts";
import { readEnvironment } from "./process/environment.ts";
import type { AgentEnvironment, Env } from "./process/environment.ts";
import { serve } from "./process/serve.ts";
import { StartError } from "./process/start-error.ts";
import { onStopSignal } from "./process/stop-signals.ts";
import { PromptFolder } from "./prompts/prompt-folder.ts";
import { publisher } from "./sidecar/publisher.ts";
import { SidecarClient } from "./sidecar/sidecar-client.ts";

/** How long handlers may go on after a stop was asked for. */
const STOP_GRACE_MS = 8000;

/** Composes and starts an agent in this process. @throws StartError */
export async function startAgent<DB>(definition: AgentDefinition<DB>, env: Env, log: Logger): Promise<void> {
  const { name } = definition;
  const began = performance.now();
  const settings = readEnvironment(env, process.cwd());
  const model = selectModel(env, settings.production);
  const folder = join(definition.promptsDir === undefined ? settings.promptsDir : resolve(definition.promptsDir), name);
  const prompts = new PromptFolder({ agent: name, folder, frozen: settings.production, log });
  const sidecar = new SidecarClient(addressOf(settings), log);
  const publish = publisher(sidecar, settings.pubsub);
  const emitting = { agentId: name, publishes: definition.publishes, clock: () => new Date(), newId: randomUUID };
  const store = await openStore({ definition, env, settings, sidecar, publish, emitting, log });

  const kit: AgentKit<DB> = {
    name,
    env,
    log,
    clock: emitting.clock,
    newId: emitting.newId,
    model,
    prompts,
    generate: (ctx, request) => generate(model, prompts, ctx, request),
    get db() {
      return store.parts.db;
    },
    events: store.parts.events,
    transact: store.parts.transact,
    state: store.parts.state,
    transactState: store.parts.transactState,
  };
  const parts = await definition.compose(kit);

  const inFlight = new WorkInFlight();
  let databaseReady = false;
  let closeWatcher: () => Promise<void> = () => Promise.resolve();
  const afterReady = new AfterReady(async () => {
    await store.catchUp().catch(() => undefined); // the relay tries again, and says so
    await sidecar.warmUp();
    await prompts.list();
    if (settings.production) return;
    const { watchPrompts } = await import("./prompts/watch-prompts.ts");
    closeWatcher = watchPrompts(folder, prompts);
  });
  const health: HealthSource = {
    readiness: () => (inFlight.stopping ? "stopping" : databaseReady ? "ready" : "starting"),
    wasSeenReady: () => afterReady.begin(),
    model: () => model.describe(),
    sidecar: () => sidecar.state,
    outboxPending: () => store.pending(),
    prompts: () => prompts.list(),
    database: () => store.database,
    own: async () => (await parts.health?.()) ?? {},
  };
  const app = createApp({
    name,
    description: definition.description,
    commands: parts.commands ?? [],
    queries: parts.queries ?? [],
    subscriptions: parts.subscriptions ?? [],
    pubsub: settings.pubsub,
    appToken: settings.appToken,
    guarded: settings.guarded,
    inbox: store,
    inFlight,
    health,
    log,
    newId: emitting.newId,
    publishCommitted: (ctx) => publishCommitted(store, ctx),
  });

  const server = await serve(name, app, settings.host, settings.port);
  onStopSignal((signal) => {
    log.info("stops", { signal });
    afterReady.cancel();
    server.stopAccepting();
    void stop(inFlight, parts, store, () => closeWatcher(), log);
  });
  log.info("listens", { url: server.url, llm: model.describe().generatedBy });
  await readyOrFail(store);
  databaseReady = true;
  log.debug("ready", { ms: Math.round(performance.now() - began) });
}

/** A database that cannot be brought up to date ends the process: nothing could be handled. */
async function readyOrFail<DB>(store: AgentStore<DB>): Promise<void> {
  try {
    await store.ready;
  } catch (error) {
    if (error instanceof StartError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`The database cannot be used: ${reason}`, "Look at the file and its folder.", error);
  }
}

function addressOf({ sidecarPort, sidecarHost, sidecarToken }: AgentEnvironment): {
  host: string;
  port: number;
  token: string | null;
} | null {
  return sidecarPort === null ? null : { host: sidecarHost, port: sidecarPort, token: sidecarToken };
}

async function stop<DB>(
  inFlight: WorkInFlight,
  parts: AgentParts,
  store: AgentStore<DB>,
  closeWatcher: () => Promise<void>,
  log: Logger,
): Promise<void> {
  let code = 0;
  try {
    await inFlight.finish(STOP_GRACE_MS);
    await parts.close?.();
    await closeWatcher();
    store.close();
  } catch (error) {
    code = 1;
    log.error("failed to stop cleanly", { reason: error instanceof Error ? error.message : String(error) });
  }
  process.exit(code);
}
