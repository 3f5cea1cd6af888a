import { AgentsError } from "../model/errors.ts";
import type { RunEvent } from "../model/snapshot.ts";

/** Tells whoever watches the run what is no change of a state. */
export class Teller {
  readonly #tell: (event: RunEvent) => void;

  constructor(tell: (event: RunEvent) => void) {
    this.#tell = tell;
  }

  info(text: string): void {
    this.#tell({ type: "notice", at: new Date().toISOString(), level: "info", resource: null, text });
  }

  warning(text: string): void {
    this.#tell({ type: "notice", at: new Date().toISOString(), level: "warn", resource: null, text });
  }

  /** Something that a person tried did not work; what runs goes on. */
  error(resource: string | null, error: unknown): void {
    const at = new Date().toISOString();
    if (!(error instanceof AgentsError)) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#tell({ type: "notice", at, level: "error", resource, text });
      return;
    }
    const { hint, lines } = error.details;
    this.#tell({
      type: "notice",
      at,
      level: "error",
      resource,
      text: `${error.message} What runs goes on.`,
      code: error.code,
      ...(lines === undefined ? {} : { lines }),
      ...(hint === undefined ? {} : { hint }),
    });
  }
}
