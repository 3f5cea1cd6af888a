import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { inspect } from "node:util";
import type { AgentDefinition, AgentKit, AgentParts } from "./agent.ts";
import { openStore, publishCommitted } from "./agent-store.ts";
import type { AgentStore } from "./agent-store.ts";
import { laterWork } from "./handling/later-work.ts";
import { WorkInFlight } from "./handling/work-in-flight.ts";
import { checkName, checkParts } from "./check-definition.ts";
import { createApp } from "./http/app.ts";
import { healthSource } from "./health-source.ts";
import { withProjections } from "./http/projection-routes.ts";
import type { Logger } from "./log/logger.ts";
import { generate } from "./model/generate.ts";
import { selectModel } from "./model/select-model.ts";
import { AfterReady } from "./process/after-ready.ts";
import { readEnvironment } from "./process/environment.ts";
import type { AgentEnvironment, Env } from "./process/environment.ts";
import { serve } from "./process/serve.ts";
import type { Listening } from "./process/serve.ts";
import { StartError } from "./process/start-error.ts";
import { onStopSignal } from "./process/stop-signals.ts";
import { openPrompts } from "./prompts/open-prompts.ts";
import { Repeats } from "./requests/repeats.ts";
import { publisher } from "./sidecar/publisher.ts";
import { observedPublish } from "./telemetry/observe-publish.ts";
import { openTelemetry, targetOf } from "./telemetry/open-telemetry.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";
import { SidecarClient } from "./sidecar/sidecar-client.ts";

/** How long handlers may go on after a stop was asked for. */
const STOP_GRACE_MS = 8000;
const ANSWER_GRACE_MS = 500;

/** Composes and starts an agent in this process. @throws StartError */
export async function startAgent<DB>(
  definition: AgentDefinition<DB>,
  env: Env,
  console: Logger,
): Promise<void> {
  const { name } = definition;
  checkName(name);
  const began = performance.now();
  const settings = readEnvironment(env, process.cwd());
  const observing = openTelemetry(name, env, console);
  const { telemetry, metrics, log } = observing;
  const model = selectModel({ agent: name, env, production: settings.production, log, observing });
  const { prompts, folder, origin, changes } = await openPrompts({
    agent: name,
    env,
    promptsDir: definition.promptsDir === undefined ? settings.promptsDir : resolve(definition.promptsDir),
    isOwn: definition.promptsDir !== undefined,
    production: settings.production,
    log,
  });
  const sidecar = new SidecarClient(addressOf(settings), log);
  const publish = observedPublish(observing, publisher(sidecar, settings.pubsub));
  const emitting = {
    agentId: name,
    publishes: definition.publishes,
    clock: () => new Date(),
    newId: randomUUID,
  };
  const inFlight = new WorkInFlight();
  const store = await openStore({ definition, env, settings, sidecar, publish, emitting, log });

  const kit: AgentKit<DB> = {
    name,
    env,
    log,
    clock: emitting.clock,
    newId: emitting.newId,
    model,
    prompts,
    generate: (ctx, request) => generate(model, prompts, ctx, request, telemetry),
    get db() {
      return store.parts.db;
    },
    events: store.parts.events,
    rebuild: store.parts.rebuild,
    transact: store.parts.transact,
    state: store.parts.state,
    transactState: store.parts.transactState,
    work: (lineage, work) =>
      laterWork({ inFlight, log, telemetry, publish: (ctx) => publishCommitted(store, ctx) }, lineage, work),
  };
  const parts = withProjections(await compose(definition, kit), store.projections);
  checkParts(name, parts);

  let databaseReady = false;
  let watcher: { close(): Promise<void> } | null = null;
  const afterReady = new AfterReady(async () => {
    await store.catchUp();
    await begin(parts, log);
    await sidecar.warmUp();
    await prompts.list();
    await telemetry.warmUp();
    if (!changes) return;
    const { watchPrompts } = await import("./prompts/watch-prompts.ts");
    watcher = watchPrompts(folder, prompts);
  });
  metrics.watchOutbox(() => store.outbox());
  const closeWatcher = async (): Promise<void> => await watcher?.close();
  const health = healthSource({
    readiness: () => (inFlight.stopping ? "stopping" : databaseReady ? "ready" : "starting"),
    wasSeenReady: () => afterReady.begin(),
    model,
    sidecar,
    store,
    prompts,
    origin,
    parts,
  });
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
    observing,
    target: targetOf(name, env),
    newId: emitting.newId,
    repeats: new Repeats(store.requests),
    publishCommitted: (ctx) => publishCommitted(store, ctx),
  });

  const server = await serve(name, app, settings.host, settings.port);
  onStopSignal((signal) => {
    log.info("stops", { signal });
    afterReady.cancel();
    server.stopAccepting();
    void stop({ inFlight, parts, store, server, closeWatcher, telemetry, log });
  });
  log.info("listens", { url: server.url, llm: model.describe().generatedBy });
  if (!(await readyOrFail(store, inFlight))) return;
  databaseReady = true;
  afterReady.beginUnprobed();
  log.debug("ready", { ms: Math.round(performance.now() - began) });
}

/** What fails in it must be heard of: nobody waits for it. */
async function begin(parts: AgentParts, log: Logger): Promise<void> {
  try {
    await parts.started?.();
  } catch (error) {
    log.error("started() of the agent has failed", { reason: inspect(error) });
  }
}

/** What the composition root throws is for whoever starts the agent: a setting that cannot be used, most of the time. */
async function compose<DB>(definition: AgentDefinition<DB>, kit: AgentKit<DB>): Promise<AgentParts> {
  try {
    return await definition.compose(kit);
  } catch (error) {
    if (error instanceof StartError) throw error;
    const reason = error instanceof Error ? error.message : inspect(error);
    kit.log.debug("compose has thrown", { stack: error instanceof Error ? error.stack : undefined });
    throw new StartError(
      `${definition.name} cannot start: ${reason.replace(/\.$/, "")}`,
      "LOG_LEVEL=debug shows where this was thrown.",
      { cause: error, mayPass: true },
    );
  }
}

/**
 * A database that cannot be brought up to date ends the process: nothing could be handled. False when the agent stops
 * while it waits for its database.
 */
async function readyOrFail<DB>(store: AgentStore<DB>, inFlight: WorkInFlight): Promise<boolean> {
  try {
    await store.ready;
    return true;
  } catch (error) {
    if (inFlight.stopping) return false;
    if (error instanceof StartError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`The database cannot be used: ${reason}`, "Look at the file and its folder.", {
      cause: error,
      mayPass: true,
    });
  }
}

function addressOf({ sidecarPort, sidecarHost, sidecarToken }: AgentEnvironment): {
  host: string;
  port: number;
  token: string | null;
} | null {
  return sidecarPort === null ? null : { host: sidecarHost, port: sidecarPort, token: sidecarToken };
}

interface Stopping<DB> {
  readonly inFlight: WorkInFlight;
  readonly parts: AgentParts;
  readonly store: AgentStore<DB>;
  readonly server: Listening;
  readonly telemetry: Telemetry;
  readonly log: Logger;
  closeWatcher(): Promise<void>;
}

async function stop<DB>(stopping: Stopping<DB>): Promise<void> {
  const { inFlight, parts, store, server, telemetry, log } = stopping;
  let code = 0;
  try {
    await inFlight.finish(STOP_GRACE_MS);
    // A caller that does not read its answer is no reason to stay.
    await Promise.race([server.answered(), setTimeout(ANSWER_GRACE_MS, undefined, { ref: false })]);
    await parts.close?.();
    await stopping.closeWatcher();
    await store.close();
  } catch (error) {
    code = 1;
    log.error("failed to stop cleanly", { reason: error instanceof Error ? error.message : String(error) });
  }
  await telemetry.stop();
  process.exit(code);
}
