import { statSync } from "node:fs";
import { eventsFile } from "../journal/schema.ts";
import { AgentsError } from "../model/errors.ts";

/** So long the folder may be gone before it is noticed. */
const LOOK_EVERY_MS = 1000;

/**
 * The state folder of a run, as it was when the run was announced. Without it nobody finds the run, and no event that it
 * takes is kept: so the run ends when the folder or the journal in it is deleted, moved or replaced.
 */
export class StateFolder {
  readonly #files: readonly { readonly path: string; readonly identity: string }[];
  readonly #onLost: (error: AgentsError) => void;
  readonly #timer: NodeJS.Timeout;
  #lost: AgentsError | null = null;

  constructor(stateDir: string, onLost: (error: AgentsError) => void) {
    this.#files = [stateDir, eventsFile(stateDir)].flatMap((path) => {
      const identity = identityOf(path);
      return identity === null ? [] : [{ path, identity }];
    });
    this.#onLost = onLost;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  /** The run gives the folder back by itself from now on. */
  release(): void {
    clearInterval(this.#timer);
  }

  /** @throws AgentsError where the run ended because of it. */
  assertKept(): void {
    if (this.#lost !== null) throw this.#lost;
  }

  #look(): void {
    const gone = this.#files.find(({ path, identity }) => identityOf(path) !== identity);
    if (gone === undefined) return;
    this.release();
    this.#lost = new AgentsError(
      "AGENTS_STATE_BROKEN",
      `${gone.path} was deleted, moved or replaced during the run, so that nothing can be kept any more.`,
      {
        path: gone.path,
        expected: "the state folder to stay where it is while a run is up",
        found: "it is gone",
        hint: "Start anew with agents up; agents down -v is what removes the state of a project.",
      },
    );
    this.#onLost(this.#lost);
  }
}

/** Null also where it cannot be looked at: then nobody knows whether it is the same. */
function identityOf(path: string): string | null {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found === undefined ? null : `${found.dev}:${found.ino}`;
  } catch {
    return null;
  }
}
