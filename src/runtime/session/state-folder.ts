import { AgentsError } from "../model/errors.ts";

/**
 * What becomes of a run whose state is lost: without its files no event is kept, and without its folder nobody finds
 * it, so it ends. The sidecars' worker, which has the files open, looks after them.
 */
export class StateFolder {
  #lost: AgentsError | null = null;
  #released = false;
  #onLost: (error: AgentsError) => void = () => {};

  /** Told now where it is lost already. */
  whenLost(listener: (error: AgentsError) => void): void {
    this.#onLost = listener;
    if (this.#lost !== null) listener(this.#lost);
  }

  /** A file in it was found to be gone, for this reason. */
  lose(reason: string): void {
    if (this.#released || this.#lost !== null) return;
    this.#lost = new AgentsError("AGENTS_STATE_BROKEN", `${reason}.`, {
      expected: "the state folder to stay where it is while a run is up",
      found: "it is gone",
      hint: "Start anew with agents up; agents down -v is what removes the state of a project.",
    });
    this.#onLost(this.#lost);
  }

  /** The run gives the folder back by itself from now on. */
  release(): void {
    this.#released = true;
  }

  /** @throws AgentsError where the run ended because of it. */
  assertKept(): void {
    if (this.#lost !== null) throw this.#lost;
  }
}
