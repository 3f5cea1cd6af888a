import { statSync } from "node:fs";
import { resolve } from "node:path";
import { IN_MEMORY } from "../journal/schema.ts";
import { EmbeddedHost, FORCED } from "../resources/sidecar/embedded/embedded-host.ts";
import { readUserResources } from "../resources/sidecar/yaml/user-resources.ts";
import { AgentsError } from "../model/errors.ts";
import { appListens } from "./app-watch.ts";
import type { Log } from "./log.ts";
import { openNeighbourhood } from "./name-resolution.ts";
import type { StandaloneSettings } from "./settings.ts";
import { holdAlone } from "./sole-writer.ts";

/** How a sidecar ended by itself. */
export type SelfEnd = { readonly by: "api"; readonly forced: boolean } | { readonly by: "lost" };

export interface StandaloneRuntime extends AsyncDisposable {
  /** Resolves when its API is asked to end it, or it can keep nothing any more. */
  readonly ended: Promise<SelfEnd>;
}

const SCOPE = "dapr.runtime";
/** Deliveries at once where no flag says it; as many as daprd's Redis component makes. */
const CONCURRENCY = 10;

/**
 * Starts one embedded sidecar with what its flags say.
 *
 * @throws Error what keeps it from starting, in the words of daprd where daprd has words for it
 */
export async function startRuntime(settings: StandaloneSettings, log: Log): Promise<StandaloneRuntime> {
  const since = performance.now();
  const cwd = process.cwd();
  await using owned = new AsyncDisposableStack();
  for (const folder of settings.resources) assertFolder(folder);
  for (const file of settings.configs) assertThere(file);
  const ended = Promise.withResolvers<SelfEnd>();
  const resources = settings.resources.map((folder) => resolve(cwd, folder));
  const journal = await journalOf(resources, settings.appId, cwd);
  if (journal !== IN_MEMORY) owned.use(holdAlone(journal));
  log.write("info", SCOPE, "standalone mode configured");
  const neighbourhood = await openNeighbourhood(settings, process.env, log);
  if (neighbourhood !== null) owned.use(neighbourhood);
  log.write("info", SCOPE, `app id: ${settings.appId}`);
  const host = await EmbeddedHost.open(
    {
      runId: `standalone-${process.pid}`,
      stateDir: cwd,
      root: cwd,
      components: [],
      resources,
      configs: settings.configs.map((file) => resolve(cwd, file)),
      journal,
      onlyOwnRetries: true,
      // Whatever else may be in the app's consumer group: it stands in it as a daprd does.
      groups: "shared",
    },
    (event) => {
      if (event.type === "log") log.write(event.level, SCOPE, event.text);
      else if (event.type === "stopped") ended.resolve({ by: "api", forced: event.reason === FORCED });
      else if (event.type === "lost") {
        log.write("error", SCOPE, event.reason);
        ended.resolve({ by: "lost" });
      }
    },
  );
  owned.defer(async () => await host.close());
  const { httpPort } = await host.start(specOf(settings), {
    ...traitsOf(settings),
    ...(neighbourhood === null ? {} : { neighbourhood }),
  });
  for (const { name, type, version } of host.components(settings.appId))
    log.write("info", `${SCOPE}.processor`, `Component loaded: ${name} (${type}/${version})`);
  const where = settings.socket ?? `port ${httpPort}`;
  log.write("info", SCOPE, `HTTP server is running on ${where}`);
  log.write("warn", SCOPE, "this is the embedded sidecar of agents: there is no gRPC API");
  const elapsed = `${Math.round(performance.now() - since)}ms`;
  log.write("info", SCOPE, `dapr initialized. Status: Running. Init Elapsed ${elapsed}`);

  const stopped = new AbortController();
  owned.defer(() => stopped.abort());
  if (settings.appPort !== null) {
    const address = { host: settings.appAddress, port: settings.appPort };
    log.write("info", SCOPE, `application protocol: http. waiting on port ${address.port}.`);
    void appListens(address, stopped.signal).then(() => {
      if (stopped.signal.aborted) return;
      log.write("info", SCOPE, `application discovered on port ${address.port}`);
      host.appReady(settings.appId);
    });
  }
  const kept = owned.move();
  return { ended: ended.promise, [Symbol.asyncDispose]: async () => await kept.disposeAsync() };
}

function specOf(settings: StandaloneSettings): Parameters<EmbeddedHost["start"]>[0] {
  return {
    appId: settings.appId,
    appPort: settings.appPort ?? 0,
    httpPort: settings.httpPort,
    mayMove: false,
    subscribes: [],
    concurrency: CONCURRENCY,
    // daprd waits for ever; so long is a slow model, not a hung one.
    deliveryTimeoutMs: 3_600_000,
  };
}

function traitsOf(settings: StandaloneSettings): Parameters<EmbeddedHost["start"]>[1] {
  const { addresses, socket, health, maxConcurrency, publicPort, publicAddress } = settings;
  return {
    listenOn: { addresses: addresses.length === 0 ? null : addresses, socket },
    ...(publicPort === null ? {} : { publicOn: { port: publicPort, address: publicAddress } }),
    bodyLimit: settings.maxBodyBytes,
    headerLimit: settings.maxHeaderBytes,
    appHost: settings.appAddress,
    asksConfig: !settings.skipConfig,
    asksSubscribe: !settings.skipSubscribe,
    logsCalls: settings.logCalls,
    mayBeForced: true,
    ...(health === null ? {} : { health }),
    ...(maxConcurrency === null ? {} : { maxConcurrency }),
  };
}

/**
 * The durable bus, where a component says that there is one, is a file that the component names (`connectionString`);
 * without it nothing outlives the process, as nothing has to.
 */
async function journalOf(folders: readonly string[], appId: string, cwd: string): Promise<string> {
  for (const folder of folders) {
    const { resources } = await readUserResources(folder);
    for (const { kind, name, scopes, spec } of resources) {
      const isMine = scopes.length === 0 || scopes.includes(appId);
      if (kind !== "Component" || spec["type"] !== "pubsub.agents" || !isMine) continue;
      const file = metadataOf(spec["metadata"], "connectionString");
      if (file !== "") return resolve(cwd, file);
      throw new AgentsError(
        "AGENTS_COMPONENT_FAILED",
        `the component ${name} (pubsub.agents) names no file`,
        {
          path: folder,
          hint: "Give it metadata connectionString: the SQLite file that keeps its events.",
        },
      );
    }
  }
  return IN_MEMORY;
}

function metadataOf(metadata: unknown, name: string): string {
  const items: readonly unknown[] = Array.isArray(metadata) ? metadata : [];
  for (const item of items) {
    if (typeof item !== "object" || item === null || !("name" in item) || !("value" in item)) continue;
    if (String(item.name).toLowerCase() === name.toLowerCase()) return String(item.value);
  }
  return "";
}

function assertFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false }) === undefined)
    throw new Error(`failed to create watcher: failed to add target ${folder}: no such file or directory`);
}

function assertThere(file: string): void {
  if (statSync(file, { throwIfNoEntry: false }) === undefined)
    throw new Error(`error loading configuration: stat ${file}: no such file or directory`);
}
