import type { ResolvedAgent } from "../model/resolved.ts";
import { ALWAYS_READY } from "../resources/readiness/readiness.ts";
import type { Exit, Resource, Running } from "../resources/resource.ts";
import type { StreamsSettings } from "../resources/sidecar/daprd/host/daprd-calls.ts";
import type { SidecarHost } from "../resources/sidecar/sidecar-host.ts";
import type { SupervisedNode } from "../supervisor/node.ts";
import type { AgentPorts } from "./choose-ports.ts";

/** The name that a sidecar goes by everywhere. */
export function sidecarName(agent: string): string {
  return `${agent}-dapr`;
}

/** The real Redis servers of a run. */
export interface RedisOfRun {
  /** What must be ready before a sidecar is started. */
  readonly needs: readonly string[];
  /** Null: none of them carries a pub/sub. */
  readonly streams: StreamsSettings | null;
}

/** An embedded sidecar as something to supervise: it exists as soon as the host serves its port. */
export function sidecarNode(
  agent: ResolvedAgent,
  ports: AgentPorts,
  host: SidecarHost,
  redis: RedisOfRun,
): SupervisedNode {
  const name = sidecarName(agent.name);
  const httpPort = ports.sidecarPort ?? 0;
  return {
    name,
    resource: sidecarResource(name, agent, { ...ports, sidecarPort: httpPort }, host, redis.streams),
    dependsOn: Object.fromEntries(redis.needs.map((one) => [one, "ready" as const])),
    readiness: ALWAYS_READY,
    restart: "always",
    oneShot: false,
    stopTimeoutMs: 5_000,
    optional: false,
    pairedWith: agent.name,
    facts: {
      kind: "sidecar",
      implementation: "embedded",
      version: null,
      image: null,
      // Read each time they are shown: the preferred port may have been taken since it was chosen.
      get port() {
        return host.portOf(agent.name) ?? httpPort;
      },
      get url() {
        return `http://127.0.0.1:${this.port}`;
      },
      get note() {
        const port = host.portOf(agent.name) ?? httpPort;
        return port === httpPort ? null : `port ${httpPort} is taken: it listens on ${port} instead`;
      },
      agent: agent.name,
      replica: null,
      llm: null,
      progress: null,
    },
  };
}

function sidecarResource(
  name: string,
  agent: ResolvedAgent,
  ports: { readonly port: number; readonly sidecarPort: number },
  host: SidecarHost,
  streams: StreamsSettings | null,
): Resource {
  return {
    name,
    async start(signal: AbortSignal): Promise<Running> {
      signal.throwIfAborted();
      // Everybody's consumer groups are there before anybody publishes, and the journal follows the streams.
      if (streams !== null) await host.daprd({ do: "connect", streams });
      signal.throwIfAborted();
      await host.start({
        appId: agent.name,
        appPort: ports.port,
        httpPort: ports.sidecarPort,
        mayMove: true,
        subscribes: agent.subscribes,
        concurrency: agent.concurrency,
        deliveryTimeoutMs: agent.deliveryTimeoutMs,
      });
      return running(agent.name, host);
    },
  };
}

/**
 * Ends when it is stopped, when its own API is asked to shut it down, or with the host's worker; the next start of any
 * sidecar makes a new one.
 */
function running(appId: string, host: SidecarHost): Running {
  const { promise: exited, resolve } = Promise.withResolvers<Exit>();
  const subscription = host.onEvent((event) => {
    if (event.type === "stopped" && event.appId === appId) end({ by: "code", code: 0 });
    if (event.type === "failed") end({ by: "spawn-error", message: event.message });
  });
  const end = (exit: Exit): void => {
    subscription[Symbol.dispose]();
    resolve(exit);
  };
  let stopping: Promise<Exit> | null = null;
  const stop = (): Promise<Exit> => {
    stopping ??= host.stop(appId).then(() => {
      end({ by: "code", code: 0 });
      return exited;
    });
    return stopping;
  };
  return {
    pid: null,
    exited,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}
