import type { Readable } from "node:stream";
import type { Resource, Running } from "../resource.ts";
import type { GroupKeeper } from "./kin.ts";
import { kinOf } from "./kin.ts";
import type { Marker } from "./marker.ts";
import { markerVariables } from "./marker.ts";
import { assertPortsFree } from "./ports.ts";
import { noteMemoryKills } from "./out-of-memory.ts";
import { RunningProcess } from "./running-process.ts";
import { spawnGroup } from "./spawn.ts";

export type { GroupKeeper };

const NOBODY: GroupKeeper = {
  add: () => undefined,
  remove: () => undefined,
  addProcess: () => undefined,
  removeProcess: () => undefined,
};

/** A program as a resource. */
export interface ProcessSpec {
  readonly name: string;
  readonly runId: string;
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  /** The whole environment but the marker (AGENTS_RUN_ID, AGENTS_NAME), which is added. */
  readonly env: Readonly<Record<string, string>>;
  /** From SIGTERM to SIGKILL, in ms. */
  readonly stopTimeoutMs: number;
  /** Bytes as they come; the chunk belongs to the receiver. */
  readonly onOutput: (stream: "stdout" | "stderr", chunk: Buffer) => void;
  /** How output is read, where that is shared out among processes; by default each is read as fast as it writes. */
  readonly read?: (stream: Readable, onChunk: (chunk: Buffer) => void) => void;
  readonly keeper?: GroupKeeper;
  /**
   * The port it is going to listen on, checked just before each start: if somebody else listens there, that one would
   * answer the probes of readiness in its place.
   */
  readonly port?: number | null;
}

function readAtOnce(stream: Readable, onChunk: (chunk: Buffer) => void): void {
  stream.on("data", onChunk);
}

/** A program that runs in a process group of its own, with a marker in its environment. */
export function createProcessResource(spec: ProcessSpec): Resource {
  const keeper = spec.keeper ?? NOBODY;
  const marker: Marker = { runId: spec.runId, name: spec.name };
  return {
    name: spec.name,
    async start(signal: AbortSignal): Promise<Running> {
      signal.throwIfAborted();
      const { name, port } = spec;
      if (port !== undefined && port !== null) await assertPortsFree([{ name, port }]);
      signal.throwIfAborted();
      noteMemoryKills();
      const child = await spawnGroup({ ...spec, env: { ...spec.env, ...markerVariables(marker) } });
      keeper.add(child.pid);
      const read = spec.read ?? readAtOnce;
      read(child.stdout, (chunk) => spec.onOutput("stdout", chunk));
      read(child.stderr, (chunk) => spec.onOutput("stderr", chunk));
      const running = new RunningProcess(child, {
        kin: kinOf(child.pid, marker, keeper),
        stopTimeoutMs: spec.stopTimeoutMs,
        onGone: () => keeper.remove(child.pid),
      });
      if (signal.aborted) {
        await running.stop({ now: true });
        signal.throwIfAborted();
      }
      return running;
    },
  };
}
