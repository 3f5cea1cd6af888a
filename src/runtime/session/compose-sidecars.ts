import { mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import type { ResolvedConfig } from "../model/resolved.ts";
import { chooseAgentSidecars } from "../plan/agent-sidecars.ts";
import type { Progress } from "../model/snapshot.ts";
import type { DaprdFact } from "../plan/machine.ts";
import type { SidecarChoice } from "../plan/sidecar-choice.ts";
import { findFreePort, isPortFree } from "../resources/process/ports.ts";
import { createProcessResource, type GroupKeeper } from "../resources/process/process-resource.ts";
import type { StreamsSettings, UnreadPubsub } from "../resources/sidecar/daprd/host/daprd-calls.ts";
import { redisAddress } from "../resources/sidecar/daprd/yaml/components.ts";
import type { SidecarHost } from "../resources/sidecar/sidecar-host.ts";
import type { AgentPorts } from "./choose-ports.ts";
import type { Containers } from "./containers.ts";
import { streamedPubsubs, type ComponentPlaces } from "./daprd-components.ts";
import { DAPRD_OF_IMAGE, daprdContainer } from "./daprd-container.ts";
import { namesFile, type DaprdContext, type DaprdProgram } from "./daprd-node.ts";
import { versionOf } from "./image-version.ts";
import type { ProcessLogs } from "./process-logs.ts";
import { Sidecars } from "./sidecars.ts";

export interface SidecarsInput {
  readonly config: ResolvedConfig;
  readonly runId: string;
  /** Absolute path of `.agents/`. */
  readonly stateDir: string;
  /** What serves those that ask for nothing. */
  readonly choice: SidecarChoice;
  readonly daprd: DaprdFact;
  /** Null: nothing of this run is a container. */
  readonly containers: Containers | null;
  /** Addresses of the real Redis servers of this run, with their passwords, by the names of their resources. */
  readonly redis: ReadonlyMap<string, string>;
  /** Ports that the agents and their sidecars were promised. */
  readonly promised: ReadonlyMap<string, AgentPorts>;
  readonly host: SidecarHost;
  readonly keeper: GroupKeeper;
  readonly logs: ProcessLogs;
  /** Pub/sub components that the user's files take out of the runtime's reach. */
  readonly unread: readonly UnreadPubsub[];
  /** What of a sidecar is pulled; null when that is over. */
  readonly onProgress: (name: string, progress: Progress | null) => void;
}

/** Puts the sidecars of a run together, each of its kind. */
export function composeSidecars(input: SidecarsInput): Sidecars {
  const { choice, host, redis } = input;
  const addresses = new Map([...redis].map(([name, url]) => [name, read(name, url).address]));
  const places = { redis: addresses, stateDir: input.stateDir };
  const streams = streamsOf(input, places);
  const daprd = programOf(input);
  return new Sidecars({
    host,
    redis: { needs: [...redis.keys()], streams },
    // A saved config may ask for another one, or have new agents.
    kindOf: (agent) =>
      chooseAgentSidecars({ agents: { [agent.name]: agent } }, { choice, noDaprd: null }).byAgent.get(
        agent.name,
      ) ?? "embedded",
    daprd: daprd !== null && streams !== null ? daprdContext(input, daprd, places, streams) : null,
  });
}

/** Its binary, else its container; null where this run has neither. */
function programOf(input: SidecarsInput): DaprdProgram | null {
  const { daprd, runId, keeper, logs, containers, config, stateDir, onProgress } = input;
  if (daprd.at === "found") {
    const { path, version } = daprd;
    return {
      path,
      version,
      image: null,
      spawner: (order) => createProcessResource({ ...order, runId, keeper, read: logs.read }),
    };
  }
  if (daprd.at !== "missing" || daprd.image === null || containers === null) return null;
  const { image } = daprd;
  const place = { image, root: config.root, stateDir, containers, read: logs.read, onProgress };
  return {
    path: DAPRD_OF_IMAGE,
    version: versionOf(image),
    image,
    spawner: (order) => daprdContainer(order, place),
  };
}

/** Null: the config has no pub/sub in a Redis. */
function streamsOf(
  { config, redis, unread }: SidecarsInput,
  places: ComponentPlaces,
): StreamsSettings | null {
  const planned = streamedPubsubs(Object.values(config.components), places);
  if (planned.length === 0) return null;
  const pubsubs = planned.filter((name) => !unread.some(({ pubsub }) => pubsub === name));
  const url = busUrl(config, redis);
  if (pubsubs.length === 0) return { url, pubsubs, topics: [], discover: null, unread };
  const { agents } = config;
  const topics = Object.values(agents).flatMap(({ subscribes, publishes }) => [...subscribes, ...publishes]);
  return { url, pubsubs, topics: [...new Set(topics)], discover: "*", unread };
}

function read(name: string, url: string): ReturnType<typeof redisAddress> {
  return redisAddress(url, passwordVariable(name));
}

function daprdContext(
  input: SidecarsInput,
  daprd: DaprdProgram,
  places: ComponentPlaces,
  streams: StreamsSettings,
): DaprdContext {
  const { config, runId, stateDir, redis, promised, host, logs } = input;
  const secrets = Object.assign({}, ...[...redis].map(([name, url]) => read(name, url).secrets));
  const components = Object.values(config.components);
  // What writes the resource files takes a moment to load, and has it while the sidecars' thread connects.
  import("yaml").catch(() => undefined);
  // Names of the last run lead nowhere.
  const names = namesFile(stateDir);
  mkdirSync(dirname(names), { recursive: true, mode: 0o700 });
  for (const suffix of ["", "-wal", "-shm"]) rmSync(names + suffix, { force: true });
  const used = new Set(
    [...promised.values()].flatMap(({ port, sidecarPort }) => [port, sidecarPort ?? port]),
  );
  return {
    daprd,
    root: config.root,
    project: config.name,
    runId,
    stateDir,
    components,
    places,
    needs: [...redis.keys()],
    secrets,
    streams,
    ports: {
      isFree: isPortFree,
      free: async () => {
        const port = await findFreePort(used);
        used.add(port);
        return port;
      },
    },
    host,
    logs,
  };
}

/** The Redis of the first pub/sub: the system's own. */
function busUrl({ components }: ResolvedConfig, redis: ReadonlyMap<string, string>): string {
  const buses = Object.values(components).filter(
    ({ kind, resource }) => kind === "pubsub" && resource !== null && redis.has(resource),
  );
  const bus = buses.find(({ name }) => name === "agents-pubsub") ?? buses[0];
  const url = redis.get(bus?.resource ?? "");
  if (url === undefined) throw new Error("no pub/sub of this run is in a Redis");
  return url;
}

/** `AGENTS_REDIS_PASSWORD` for a resource called `redis`. */
function passwordVariable(resource: string): string {
  return `AGENTS_${resource.toUpperCase().replaceAll(/[^A-Z0-9]+/gu, "_")}_PASSWORD`;
}
