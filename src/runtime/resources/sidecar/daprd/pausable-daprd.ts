import type { Exit, Resource, Running } from "../../resource.ts";

/*
 *            pause            resume
 *   awake ----------> paused ---------> awake        each step after the one before; `ended` is the end
 */

/**
 * One incarnation of a sidecar whose daprd may rest for a while: stopped while its app is away, started when it is back.
 * It ends when its daprd does without being asked, or when it is stopped.
 */
export class PausableDaprd implements Running {
  readonly exited: Promise<Exit>;
  readonly #daprd: Resource;
  readonly #onChange: () => void;
  readonly #over = Promise.withResolvers<Exit>();
  readonly #starting = new AbortController();
  #awake: Running | null;
  #wanted: "awake" | "paused" = "awake";
  #turn: Promise<void> = Promise.resolve();
  #stopping: Promise<Exit> | null = null;

  constructor(daprd: Resource, awake: Running, onChange: () => void) {
    this.exited = this.#over.promise;
    this.#daprd = daprd;
    this.#awake = awake;
    this.#onChange = onChange;
    this.#watch(awake);
  }

  get pid(): number | null {
    return this.#awake?.pid ?? null;
  }

  /** It rests, or is about to. */
  get paused(): boolean {
    return this.#wanted === "paused";
  }

  pause(): void {
    this.#want("paused");
  }

  resume(): void {
    this.#want("awake");
  }

  /** It cannot go on: ends as a crash does. */
  fail(message: string): void {
    if (this.#stopping !== null) return;
    this.#stopping = this.#end({ now: true }).then(() => ({ by: "spawn-error", message }));
    void this.#stopping.then(this.#over.resolve);
  }

  stop(how?: Parameters<Running["stop"]>[0]): Promise<Exit> {
    if (how?.now === true) {
      this.#starting.abort();
      void this.#awake?.stop(how);
    }
    if (this.#stopping === null) {
      this.#stopping = this.#end(how).then((exit) => exit ?? { by: "code", code: 0 });
      void this.#stopping.then(this.#over.resolve);
    }
    return this.#stopping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #end(how?: Parameters<Running["stop"]>[0]): Promise<Exit | null> {
    this.#starting.abort();
    await this.#turn;
    return (await this.#awake?.stop(how)) ?? null;
  }

  #want(wanted: "awake" | "paused"): void {
    if (this.#wanted === wanted || this.#stopping !== null) return;
    this.#wanted = wanted;
    this.#onChange();
    this.#turn = this.#turn.then(async () => await this.#become(wanted));
  }

  async #become(wanted: "awake" | "paused"): Promise<void> {
    // What was wanted meanwhile counts; a step that leads nowhere is not taken.
    if (wanted !== this.#wanted || this.#stopping !== null) return;
    if (wanted === "paused") {
      const resting = this.#awake;
      // First, so that its end is not taken for a crash.
      this.#awake = null;
      await resting?.stop();
    } else if (this.#awake === null) {
      try {
        this.#awake = await this.#daprd.start(this.#starting.signal);
        this.#watch(this.#awake);
      } catch (error) {
        if (this.#stopping !== null) return;
        this.#over.resolve({
          by: "spawn-error",
          message: error instanceof Error ? error.message : String(error),
        });
      }
    }
    this.#onChange();
  }

  #watch(running: Running): void {
    void running.exited.then((exit) => {
      if (this.#awake === running && this.#stopping === null) this.#over.resolve(exit);
    });
  }
}
