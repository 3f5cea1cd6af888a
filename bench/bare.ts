import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import type { HealthCheck } from "../src/runtime/model/resolved.ts";
import { createReadiness } from "../src/runtime/resources/readiness/readiness.ts";
import { own } from "./owned.ts";

/** A program to start without us. */
export interface Bare {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly port: number;
  readonly health?: HealthCheck;
  /** When it counts as ready, where that is not for the probe to say. */
  readonly untilReady?: () => Promise<void>;
}

/** A program of bench/programs. */
export function program(name: string): string {
  return join(import.meta.dirname, "programs", name);
}

/** A bare Hono service. */
export async function bareHono(env: Readonly<Record<string, string>> = {}): Promise<Bare> {
  const port = await freePort();
  return {
    command: [process.execPath, program("hono.js")],
    env: { ...process.env, ...env, PORT: String(port) },
    cwd: import.meta.dirname,
    port,
  };
}

/** Starts them all at once; ms until the last one is ready, found by the probe that `agents up` uses. They are ended before it returns. */
export async function timeBare(programs: readonly Bare[], settleMs = 0): Promise<number> {
  await using children = new AsyncDisposableStack();
  const over = new AbortController();
  children.defer(() => over.abort());
  const began = performance.now();
  await Promise.all(
    programs.map(async ({ command: [file = "", ...args], env, cwd, port, health, untilReady }) => {
      const child = spawn(file, args, { cwd, env: { ...env }, stdio: ["ignore", "ignore", "ignore"] });
      children.use(own(async () => await end(child)));
      const ready =
        untilReady?.() ??
        createReadiness(health ?? { by: "auto" }, port).untilReady(over.signal, () => undefined);
      const failed = once(child, "exit").then(([code]) => {
        throw new Error(`${file} ${args.join(" ")} ended with ${String(code)} before it was ready`);
      });
      failed.catch(() => undefined); // also rejects at its planned end
      await Promise.race([ready, failed]);
    }),
  );
  const took = performance.now() - began;
  // What it loads late, it may load: what it writes into the compile cache at its end is then the whole.
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  return took;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), 5_000);
  await gone;
  clearTimeout(late);
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return address.port;
}

/** So many of the smallest program that listens. */
export async function bareListeners(count: number): Promise<readonly Bare[]> {
  const ports = await Promise.all(Array.from({ length: count }, freePort));
  return ports.map((port) => ({
    command: [process.execPath, program("listens.js")],
    env: { ...process.env, PORT: String(port) },
    cwd: import.meta.dirname,
    port,
    health: { by: "tcp" },
  }));
}
