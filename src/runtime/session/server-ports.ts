import { AgentsError } from "../model/errors.ts";
import type { ResolvedConfig } from "../model/resolved.ts";
import type { Choice } from "../plan/choices.ts";
import { findFreePort, isPortFree } from "../resources/process/ports.ts";

/** Where the servers of a run listen on loopback: resource → port of its own (inside of a container) → port of this machine. */
export type ServerPorts = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** A port that a server is to have. */
export interface WantedServerPort {
  readonly resource: string;
  /** The port inside of its container; what it is known by. */
  readonly inside: number;
  /** 0: any. */
  readonly preferred: number;
}

/** The ports of everything that this run starts as a server. */
export function wantedServerPorts(
  { resources }: ResolvedConfig,
  choices: ReadonlyMap<string, Choice>,
): readonly WantedServerPort[] {
  return Object.values(resources).flatMap((resource): readonly WantedServerPort[] => {
    switch (resource.kind) {
      case "redis":
      case "sqlserver":
      case "ollama": {
        const choice = choices.get(resource.name);
        const isProgram = resource.kind === "redis" || choice?.part === "ollama-program";
        const isOurs = choice?.as === "container" || (choice?.as === "local" && isProgram);
        return isOurs
          ? [{ resource: resource.name, inside: OWN_PORT[resource.kind], preferred: resource.port }]
          : [];
      }
      case "container":
        return Object.values(resource.ports).map((port) => ({
          resource: resource.name,
          inside: port,
          preferred: port,
        }));
      case "task":
      case "azureopenai":
      case "external":
        return [];
      default:
        return resource satisfies never;
    }
  });
}

/** Where each kind of server listens inside of its container. */
export const OWN_PORT = { redis: 6379, sqlserver: 1433, ollama: 11_434 } as const;

export interface ServerPortOptions {
  /** Choose all of them freely. */
  readonly isolated: boolean;
  /** Promised to others. */
  readonly taken: ReadonlySet<number>;
  /** What containers that run already are published on: as good as free, for they are taken over. */
  readonly published: ServerPorts;
}

/**
 * Servers' ports are preferred: a stranger's Redis on 6379 stays a stranger's, ours gets another port. A container that runs
 * already keeps its ports.
 */
export async function chooseServerPorts(
  wanted: readonly WantedServerPort[],
  { isolated, taken, published }: ServerPortOptions,
): Promise<{ readonly ports: ServerPorts; readonly notices: readonly string[] }> {
  const used = new Set(taken);
  const notices: string[] = [];
  const ports = new Map<string, Map<number, number>>();
  for (const { resource, inside, preferred } of wanted) {
    const held = published.get(resource)?.get(inside);
    const isAny = isolated || preferred === 0;
    const isFree = !isAny && !used.has(preferred) && (held === preferred || (await isPortFree(preferred)));
    const port = isFree ? preferred : held !== undefined && !used.has(held) ? held : await freePort(used);
    if (port !== preferred && !isAny)
      notices.push(`port ${preferred} is taken: ${resource} is on ${port} instead`);
    used.add(port);
    ports.set(resource, (ports.get(resource) ?? new Map<number, number>()).set(inside, port));
  }
  return { ports, notices };
}

async function freePort(used: ReadonlySet<number>): Promise<number> {
  const port = await findFreePort(used);
  if (port !== 0) return port;
  throw new AgentsError("AGENTS_PORT_TAKEN", "No port of loopback is free.", { hint: "Stop something." });
}
