import { setTimeout as sleep } from "node:timers/promises";
import type { HealthCheck } from "../../../model/resolved.ts";
import type { Exit, Resource, Running } from "../../resource.ts";
import { daprdArguments, type DaprdSettings } from "./arguments.ts";
import type { Gate } from "./gate/gate.ts";
import { DaprdLog, type DaprdLine } from "./daprd-log.ts";

/** A process to be supervised, as the composition root can start one. */
export interface ProcessOrder {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stopTimeoutMs: number;
  readonly onOutput: (stream: "stdout" | "stderr", chunk: Buffer) => void;
  readonly port: number;
}

export interface DaprdResourceOptions {
  /** As it is shown: `<agent>-dapr`. */
  readonly name: string;
  /** Path of the binary. */
  readonly daprd: string;
  readonly cwd: string;
  /** Asked for after the settings. */
  readonly env: () => Readonly<Record<string, string>>;
  /** Made anew for each incarnation: ports and resources may have changed. Generates the resource files, for example. */
  readonly settings: () => DaprdSettings | Promise<DaprdSettings>;
  /** Makes a resource of a process. */
  readonly spawner: (order: ProcessOrder) => Resource;
  readonly onLine: (line: DaprdLine) => void;
  /** Before each start, once the last one is gone: time to age the pending entries. What it throws fails the start. */
  readonly beforeStart?: (signal: AbortSignal) => Promise<void>;
  /** What stands between it and its app; null for a sidecar without one. */
  readonly gate: Pick<Gate, "untilIdle" | "sidecarStopping" | "sidecarGone"> | null;
}

/** When a daprd is ready: its components are loaded and its API listens, whether its app is there or not. */
export const DAPRD_HEALTH: Extract<HealthCheck, { readonly by: "http" }> = {
  by: "http",
  path: "/v1.0/healthz/outbound",
};

/** Beyond what a daprd gives its deliveries, so that its own way out is not cut off. */
const STOP_MARGIN_MS = 2_000;
/** An idle one ends within 50 ms. */
const IDLE_GRACE_MS = 200;
const ACKNOWLEDGE_MS = 50;

/** A daprd as something to supervise. Started directly, never through `dapr run`. */
export function createDaprdResource(options: DaprdResourceOptions): Resource {
  const { name, daprd, cwd, env, spawner, onLine, gate } = options;
  return {
    name,
    async start(signal: AbortSignal): Promise<Running> {
      signal.throwIfAborted();
      const settings = await options.settings();
      await options.beforeStart?.(signal);
      signal.throwIfAborted();
      const logs = { stdout: new DaprdLog(onLine), stderr: new DaprdLog(onLine) };
      const running = await spawner({
        name,
        command: [daprd, ...daprdArguments(settings)],
        cwd,
        env: env(),
        stopTimeoutMs: settings.gracefulShutdownSeconds * 1000 + STOP_MARGIN_MS,
        onOutput: (stream, chunk) => logs[stream].write(chunk),
        port: settings.httpPort,
      }).start(signal);
      void running.exited.then(() => {
        logs.stdout.end();
        logs.stderr.end();
        gate?.sidecarGone();
      });
      return {
        pid: running.pid,
        exited: running.exited,
        stop: async (how) => await stopDaprd(running, gate, how),
        [Symbol.asyncDispose]: async () => void (await stopDaprd(running, gate)),
      };
    },
  };
}

/**
 * A daprd that is asked to stop waits for every delivery that it has begun, also for those that are held or wait for their
 * next retry. Once nothing is with the app there is nothing to wait for: it is killed, and what it has not acknowledged
 * stays in its consumer group.
 */
async function stopDaprd(
  running: Running,
  gate: DaprdResourceOptions["gate"],
  how: Parameters<Running["stop"]>[0] = {},
): Promise<Exit> {
  gate?.sidecarStopping();
  const exit = running.stop(how);
  if (gate === null || how.now === true) return await exit;
  const over = new AbortController();
  void exit.then(() => over.abort());
  await sleep(IDLE_GRACE_MS, undefined, { signal: over.signal }).catch(() => undefined);
  if (!over.signal.aborted) await Promise.race([gate.untilIdle(), exit]);
  // A moment for the acknowledgement of the last one.
  await sleep(ACKNOWLEDGE_MS, undefined, { signal: over.signal }).catch(() => undefined);
  return await (over.signal.aborted ? exit : running.stop({ now: true }));
}
