import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { ProcessSpec } from "../../../src/runtime/resources/process/process-resource.ts";

/** Absolute path of a program under test/fixtures. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
}

/** The command that runs a fixture on this very Node. */
export function node(name: string, ...args: readonly string[]): readonly [string, ...string[]] {
  return [process.execPath, fixture(name), ...args];
}

/** A process to be started, and all that it has written so far. */
export function specOf(
  command: readonly [string, ...string[]],
  more: Partial<ProcessSpec> = {},
): ProcessSpec & {
  readonly written: () => string;
  readonly line: (pattern: RegExp) => Promise<RegExpExecArray>;
} {
  let text = "";
  const waiting = new Set<() => void>();
  return {
    name: "child",
    runId: `test-${process.pid}-${Math.random().toString(36).slice(2)}`,
    command,
    cwd: process.cwd(),
    env: { PATH: process.env["PATH"] ?? "" },
    stopTimeoutMs: 5_000,
    onOutput: (_, chunk) => {
      text += chunk.toString();
      for (const look of waiting) look();
    },
    ...more,
    written: () => text,
    /** Resolves once the output matches. */
    line: (pattern) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = pattern.exec(text);
          if (found === null) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
}

/** Whether a process exists and is no zombie. */
export function lives(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}

/** Looks every few ms until something is true; for what no event tells, such as the end of somebody else's child. */
export async function eventually(done: () => boolean | Promise<boolean>, limitMs: number): Promise<number> {
  const since = performance.now();
  while (!(await done())) {
    if (performance.now() - since > limitMs) return Number.POSITIVE_INFINITY;
    await sleep(5);
  }
  return performance.now() - since;
}

/** The next thing a stream says, as text. */
export async function heard(stream: Readable | null): Promise<string> {
  if (stream === null) throw new Error("its output is not a pipe");
  const [chunk]: readonly unknown[] = await once(stream, "data");
  return String(chunk);
}
