import type { ChildProcessByStdio } from "node:child_process";
import { spawn } from "node:child_process";
import type { Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { DockerSocket } from "../resources/container/remove-run-containers.ts";
import { watchdogVariables } from "../resources/process/marker.ts";
import type { ProcessRow } from "../resources/process/process-table.ts";

/** As source or as built, as this file is. */
const PROGRAM = fileURLToPath(import.meta.resolve("#watchdog"));
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;

export interface WatchdogOptions {
  readonly runId: string;
  /** Told when it died and was started again, or cannot be started: until it runs, `kill -9` of us leaves children behind. */
  readonly onTrouble: (text: string) => void;
}

type Child = ChildProcessByStdio<Writable, null, null>;

/**
 * The watchdog of a run, seen from the run: a process that kills every child of the run when this process dies, however
 * it dies. Exists when the constructor returns. Dies with the run, and is started again if it dies before.
 */
export class Watchdog implements AsyncDisposable {
  readonly #options: WatchdogOptions;
  readonly #groups = new Set<number>();
  /** `<pid> <start>` of processes that may be in any group. */
  readonly #processes = new Set<string>();
  /** Ids of the run's containers, and where Docker answers. */
  readonly #containers = new Set<string>();
  #docker: DockerSocket | null = null;
  readonly #ended = new AbortController();
  #child: Child;
  #pause = FIRST_PAUSE_MS;

  constructor(options: WatchdogOptions) {
    this.#options = options;
    this.#child = this.#start();
  }

  /** Null while it is being started again. */
  get pid(): number | null {
    return this.#child.exitCode === null && this.#child.signalCode === null
      ? (this.#child.pid ?? null)
      : null;
  }

  /** Registers a process group: what finds our children on systems where environments cannot be read. */
  add(pgid: number): void {
    this.#groups.add(pgid);
    this.#order(`add ${pgid}`);
  }

  remove(pgid: number): void {
    this.#groups.delete(pgid);
    this.#order(`remove ${pgid}`);
  }

  /** Registers a single process: what finds the children that left their group and their environment. */
  addProcess({ pid, start }: ProcessRow): void {
    this.#processes.add(`${pid} ${start}`);
    this.#order(`add-process ${pid} ${start}`);
  }

  removeProcess({ pid, start }: ProcessRow): void {
    this.#processes.delete(`${pid} ${start}`);
    this.#order(`remove-process ${pid} ${start}`);
  }

  /** Where the run's containers are, of which it removes those that carry the run's label or were registered. */
  guardDocker(docker: DockerSocket): void {
    this.#docker = docker;
    this.#order(`docker ${JSON.stringify(docker)}`);
  }

  addContainer(id: string): void {
    this.#containers.add(id);
    this.#order(`add-container ${id}`);
  }

  removeContainer(id: string): void {
    this.#containers.delete(id);
    this.#order(`remove-container ${id}`);
  }

  /** All was stopped in good order: it may go. Resolves when it has gone. */
  async end(): Promise<void> {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort();
    const child = this.#child;
    if (this.pid === null) return;
    child.ref();
    const gone = new Promise<void>((resolve) => {
      child.once("exit", () => resolve());
    });
    child.stdin.end("end\n");
    const inTime = new AbortController();
    await Promise.race([gone, sleep(2_000, undefined, { signal: inTime.signal }).catch(() => undefined)]);
    inTime.abort();
    if (child.exitCode === null) child.kill("SIGKILL");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }

  #order(line: string): void {
    if (this.#child.stdin.writable) this.#child.stdin.write(`${line}\n`);
  }

  #start(): Child {
    const child = spawn(process.execPath, ["--no-warnings", PROGRAM, this.#options.runId], {
      cwd: "/",
      env: { ...watchdogVariables(this.#options.runId) },
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
    child.unref();
    child.stdin.on("error", () => {
      // It died: its exit says so, and the next one is told everything again.
    });
    child.once("error", ({ message }) => this.#restart(message));
    child.once("exit", (code, signal) => this.#restart(signal ?? `exit ${code}`));
    for (const pgid of this.#groups) child.stdin.write(`add ${pgid}\n`);
    for (const one of this.#processes) child.stdin.write(`add-process ${one}\n`);
    if (this.#docker !== null) child.stdin.write(`docker ${JSON.stringify(this.#docker)}\n`);
    for (const id of this.#containers) child.stdin.write(`add-container ${id}\n`);
    return child;
  }

  #restart(why: string): void {
    const { signal } = this.#ended;
    if (signal.aborted) return;
    const pause = this.#pause;
    this.#pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    void sleep(pause, undefined, { signal }).then(
      () => {
        this.#child = this.#start();
        this.#options.onTrouble(`The watchdog ended (${why}) and was started again.`);
      },
      () => undefined,
    );
  }
}
