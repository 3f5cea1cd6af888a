import { statSync } from "node:fs";
import type { Readable } from "node:stream";
import { AgentsError } from "../../model/errors.ts";

/** A program to run. */
export interface SpawnSpec {
  /** Who it is for, in messages. */
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
}

/** A child that leads a process group of its own. */
export interface Spawned {
  readonly pid: number;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly exit: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

/** Loads what spawning needs (some 40 ms), so that it can be done while something else is waited for. */
export async function preloadSpawn(): Promise<void> {
  await import("execa");
}

/**
 * The only place where a supervised process comes to life: leader of its own group, no stdin, output as raw bytes.
 *
 * @throws AgentsError AGENTS_SPAWN_FAILED when the program or its folder is missing or may not be run.
 */
export async function spawnGroup({ name, command: [file, ...args], cwd, env }: SpawnSpec): Promise<Spawned> {
  const { execa } = await import("execa");
  const child = execa(file, args, {
    cwd,
    env,
    extendEnv: false,
    detached: true,
    cleanup: false,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    encoding: "buffer",
    buffer: false,
    reject: false,
  });
  const { pid } = child;
  if (pid === undefined) {
    const { code, originalMessage, shortMessage } = await child;
    throw spawnError(name, file, cwd, code, originalMessage ?? shortMessage ?? "unknown cause");
  }
  const exit = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.nodeChildProcess.once("exit", (code, signal) => resolve({ code, signal }));
  });
  return { pid, stdout: child.stdout, stderr: child.stderr, exit };
}

function spawnError(
  name: string,
  file: string,
  cwd: string,
  code: string | undefined,
  message: string,
): AgentsError {
  if (!isFolder(cwd)) {
    return new AgentsError("AGENTS_SPAWN_FAILED", `${name} cannot start: its folder ${cwd} does not exist.`, {
      path: cwd,
      expected: "an existing folder",
      hint: "Correct `cwd` in the config, or create the folder.",
    });
  }
  switch (code) {
    case "ENOENT":
      return new AgentsError("AGENTS_SPAWN_FAILED", `${name} cannot start: there is no program "${file}".`, {
        found: file,
        expected: file.includes("/") ? "an existing file" : "a program on PATH",
        hint: file.includes("/")
          ? "Correct the path in `command`."
          : `Install ${file}, or write its full path.`,
      });
    case "EACCES":
      return new AgentsError("AGENTS_SPAWN_FAILED", `${name} cannot start: "${file}" may not be executed.`, {
        found: file,
        expected: "an executable file",
        hint: `Make it executable (chmod +x ${file}), or name the program that runs it.`,
      });
    case undefined:
    default:
      return new AgentsError("AGENTS_SPAWN_FAILED", `${name} cannot start: ${message}`, { found: file });
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
