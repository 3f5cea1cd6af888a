import { setTimeout as sleep } from "node:timers/promises";
import type { Exit, Running } from "../resource.ts";
import { groupIsEmpty } from "./group.ts";
import type { Kin } from "./kin.ts";
import { childKilledForMemory } from "./out-of-memory.ts";
import { drain } from "./output.ts";
import type { ProcessRow } from "./process-table.ts";
import { isAlive } from "./process-table.ts";
import { ask, send } from "./signals.ts";
import type { Spawned } from "./spawn.ts";

/** What is left after its leader ended by itself gets this long after SIGTERM. */
const LEFTOVER_GRACE_MS = 2_000;
/** A killed process that still has not gone hangs in the kernel; nobody can wait for that. */
const KERNEL_GRACE_MS = 3_000;

export interface RunningProcessOptions {
  readonly kin: Kin;
  readonly stopTimeoutMs: number;
  /** Called once, when nothing of it is left. */
  readonly onGone: () => void;
}

/** One living process group, and whatever it starts elsewhere. */
export class RunningProcess implements Running {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  readonly #child: Spawned;
  readonly #options: RunningProcessOptions;
  readonly #kill = new AbortController();
  /** When asking ends and killing begins; null = nobody asked it to stop. */
  #deadline: number | null = null;
  #gone = false;

  constructor(child: Spawned, options: RunningProcessOptions) {
    this.pid = child.pid;
    this.#child = child;
    this.#options = options;
    this.exited = this.#run();
  }

  stop({ timeoutMs = this.#options.stopTimeoutMs, now = false } = {}): Promise<Exit> {
    // Its number may be another's by now.
    if (this.#gone) return this.exited;
    if (now) this.#killNow();
    else if (this.#deadline === null) {
      this.#options.kin.look();
      this.#deadline = performance.now() + timeoutMs;
      ask(-this.pid);
      void sleep(timeoutMs, undefined, { signal: this.#kill.signal }).then(
        () => this.#killNow(),
        () => undefined,
      );
    }
    return this.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #killNow(): void {
    if (this.#kill.signal.aborted) return;
    this.#deadline ??= performance.now();
    this.#options.kin.look();
    this.#kill.abort();
    send(-this.pid, "SIGKILL");
  }

  async #run(): Promise<Exit> {
    const { code, signal } = await this.#child.exit;
    const asked = this.#deadline !== null;
    await this.#clear();
    await drain([this.#child.stdout, this.#child.stderr]);
    // Ends the timer of a stop that was not needed any more.
    this.#gone = true;
    this.#kill.abort();
    this.#options.kin.forget();
    this.#options.onGone();
    if (signal === null) return { by: "code", code: code ?? 0 };
    const outOfMemory = signal === "SIGKILL" && !asked && childKilledForMemory();
    return outOfMemory ? { by: "signal", signal, outOfMemory } : { by: "signal", signal };
  }

  /** The leader has ended. Ends the rest of its group, then its kin elsewhere. */
  async #clear(): Promise<void> {
    const deadline =
      this.#deadline ?? performance.now() + Math.min(LEFTOVER_GRACE_MS, this.#options.stopTimeoutMs);
    const group = { asked: this.#deadline !== null };
    const strays = new Map<string, ProcessRow>();
    let pause = 5;
    for (;;) {
      const groupLeft = !groupIsEmpty(this.pid);
      const straysLeft = groupLeft ? [] : await this.#strays(strays);
      if (!groupLeft && straysLeft.length === 0) return;
      const overtime = performance.now() - deadline;
      if (overtime > KERNEL_GRACE_MS) return;
      if (overtime >= 0 || this.#kill.signal.aborted) {
        if (groupLeft) send(-this.pid, "SIGKILL");
        for (const { pid } of straysLeft) send(pid, "SIGKILL");
      } else if (groupLeft && !group.asked) {
        group.asked = true;
        ask(-this.pid);
      }
      await this.#pause(Math.min(pause, overtime < 0 ? -overtime : pause));
      pause = Math.min(pause * 2, 50);
    }
  }

  /** Living strays; each is asked to end when first seen. Looks at the whole machine only when the known ones are gone. */
  async #strays(known: Map<string, ProcessRow>): Promise<readonly ProcessRow[]> {
    const left = [...known.values()].filter(isAlive);
    if (left.length > 0) return left;
    const found = await this.#options.kin.find();
    for (const row of found) {
      const key = `${row.pid} ${row.start}`;
      if (known.has(key)) continue;
      known.set(key, row);
      ask(row.pid);
    }
    return found;
  }

  async #pause(ms: number): Promise<void> {
    const { signal } = this.#kill;
    // Once killing has begun there is nothing to be woken by.
    await sleep(Math.max(ms, 1), undefined, signal.aborted ? {} : { signal }).catch(() => undefined);
  }
}
