import type Docker from "dockerode";
import { AgentsError } from "../../model/errors.ts";
import type { ContainerDefinition } from "./definition.ts";
import { dockerFailure, reasonOf } from "./docker-failure.ts";

/** Who holds a port of this machine, ready to be shown: `pid 4711 (node server.js)`; null = nobody can be named. */
export type DescribeHolder = (port: number) => Promise<string | null>;

/** Why a container did not start, as one error. A port that is taken names its holder. */
export async function startFailure(
  docker: Docker,
  resource: string,
  definition: ContainerDefinition,
  cause: unknown,
  describeHolder: DescribeHolder,
): Promise<AgentsError> {
  const port = takenPort(reasonOf(cause), definition);
  if (port === null) return dockerFailure(`${resource} cannot start`, cause);
  const holder = (await holdingContainer(docker, port)) ?? (await describeHolder(port).catch(() => null));
  const held = holder === null ? "somebody else holds it" : `it is held by ${holder}`;
  return new AgentsError("AGENTS_PORT_TAKEN", `${resource} cannot be published on port ${port}: ${held}.`, {
    path: resource,
    expected: `port ${port} to be free`,
    ...(holder === null ? {} : { found: holder }),
    hint: "Stop it, or use another port in the config (agents up --isolated picks free ones).",
    cause,
  });
}

/** Each generation of Docker words it in its own way; all name the port. */
function takenPort(reason: string, { ports }: ContainerDefinition): number | null {
  if (!/already allocated|address already in use|ports are not available/i.test(reason)) return null;
  const named = new Set([...reason.matchAll(/:(\d+)/g)].map(([, digits]) => Number(digits)));
  const wanted = ports.flatMap(({ host }) => (host === "any" ? [] : [host]));
  return wanted.find((port) => named.has(port)) ?? wanted[0] ?? null;
}

/** The holder of a published port is Docker's own proxy: the container behind it says more. */
async function holdingContainer(docker: Docker, port: number): Promise<string | null> {
  try {
    const found = await docker.listContainers({ filters: { publish: [`${port}/tcp`] } });
    const holder = found.find(({ Ports }) => Ports.some(({ PublicPort }) => PublicPort === port));
    return holder === undefined ? null : `the container ${(holder.Names[0] ?? holder.Id).replace(/^\//, "")}`;
  } catch {
    return null; // the error that is being explained matters more
  }
}
