import { readFileSync } from "node:fs";
import net from "node:net";
import { AgentsError } from "../../model/errors.ts";
import type { PortHolder } from "./port-holder.ts";
import { describeHolder, portHolder } from "./port-holder.ts";

/** A port that somebody is going to listen on. */
export interface WantedPort {
  readonly name: string;
  readonly port: number;
}

/** Why a port cannot be had. */
type Obstacle = "taken" | "forbidden";

/**
 * Checks that all ports are free on loopback, IPv4 and IPv6: a stranger on `::1` alone would be who `localhost` means.
 *
 * @throws AgentsError AGENTS_PORT_TAKEN naming who holds each, a free port and the flag that chooses freely.
 */
export async function assertPortsFree(wanted: readonly WantedPort[]): Promise<void> {
  const obstacles = await Promise.all(wanted.map(async ({ port }) => obstacleTo(port)));
  const problems = wanted.flatMap(({ name, port }, index) => {
    const obstacle = obstacles[index];
    return obstacle === undefined || obstacle === null ? [] : [{ name, port, obstacle }];
  });
  const [first, ...others] = await Promise.all(
    problems.map(async (problem) => portError(problem, problem.obstacle)),
  );
  if (first === undefined) return;
  if (others.length === 0) throw first;
  throw new AgentsError("AGENTS_PORT_TAKEN", first.message, {
    ...first.details,
    lines: others.map(({ message }) => message),
  });
}

/** The error for one port that turned out to be taken, also when that is found only when it is too late. */
export async function portError(wanted: WantedPort, obstacle: Obstacle = "taken"): Promise<AgentsError> {
  const { name, port } = wanted;
  const free = await findFreePort();
  const another = `use another port, for example ${free} (agents up --isolated picks free ones)`;
  if (obstacle === "forbidden") {
    return new AgentsError(
      "AGENTS_PORT_TAKEN",
      `${name} cannot listen on port ${port}: this user may not use it.`,
      {
        found: String(port),
        expected: "a port from 1024 on",
        hint: `Let it ${another}.`,
      },
    );
  }
  const holder = await portHolder(port);
  const by = holder === null ? "a process of another user" : describeHolder(holder);
  return new AgentsError("AGENTS_PORT_TAKEN", `${name} cannot listen on port ${port}: it is held by ${by}.`, {
    found: by,
    expected: `port ${port} to be free`,
    hint: `${endOf(holder)}, or ${another}.`,
  });
}

function endOf(holder: PortHolder | null): string {
  if (holder === null) return "Stop it";
  return holder.run === null
    ? `Stop it (kill ${holder.pid})`
    : `It is part of another run: end that (agents down --cwd ${holder.run})`;
}

/** Whether a port of loopback can be listened on now. */
export async function isPortFree(port: number): Promise<boolean> {
  return (await obstacleTo(port)) === null;
}

/**
 * A port that is free now, outside of the range from which the system takes ports for outgoing connections, so that it
 * most likely stays free until somebody listens on it.
 */
export async function findFreePort(avoid: ReadonlySet<number> = new Set()): Promise<number> {
  const [low, high] = quietRange();
  for (let tries = 0; tries < 64; tries += 1) {
    const port = low + Math.floor(Math.random() * (high - low));
    if (!avoid.has(port) && (await isPortFree(port))) return port;
  }
  return anyPort();
}

let range: readonly [number, number] | undefined;

function quietRange(): readonly [number, number] {
  range ??= [20_000, Math.max(20_100, Math.min(firstOutgoingPort(), 49_152))];
  return range;
}

/** 32768 on most Linux systems; 49152 elsewhere (RFC 6335 §6). */
function firstOutgoingPort(): number {
  try {
    return Number.parseInt(readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "latin1"), 10);
  } catch {
    // Not Linux.
    return 49_152;
  }
}

async function obstacleTo(port: number): Promise<Obstacle | null> {
  return (await tryListen(port, "127.0.0.1")) ?? (await tryListen(port, "::1"));
}

function tryListen(port: number, host: string): Promise<Obstacle | null> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once("error", ({ code }: NodeJS.ErrnoException) => {
      if (code === "EADDRINUSE") resolve("taken");
      else if (code === "EACCES") resolve("forbidden");
      // No IPv6 here (EADDRNOTAVAIL, EAFNOSUPPORT): then nobody is there either.
      else resolve(null);
    });
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(null)));
  });
}

function anyPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
