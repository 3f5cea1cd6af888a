import type { LlmChoice } from "../plan/stand-ins.ts";

/** The model mode of the run. It changes once at most: when the model that `auto` has chosen cannot be had after all. */
export class LlmInUse {
  #choice: LlmChoice;

  constructor(choice: LlmChoice) {
    this.#choice = choice;
  }

  get choice(): LlmChoice {
    return this.#choice;
  }

  /** False where a person has asked for the model: nothing stands in for it. */
  get mayDegrade(): boolean {
    return !this.#choice.asked && this.#choice.mode === "live";
  }

  degrade(reason: string): void {
    this.#choice = { mode: "sample", asked: false, reason };
  }
}
