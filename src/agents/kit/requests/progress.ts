import type { EmittedEvent } from "../events/emit.ts";
import type { GeneratedBy } from "../model/chat-model.ts";

/** What the units of work of a command have committed: who runs it again after a crash goes on from there. */
export interface Progress {
  readonly events: readonly EmittedEvent[];
  /** Aggregates that were in the version which the request's `If-Match` expects, and may have moved on since. */
  readonly met: readonly string[];
  readonly generatedBy: GeneratedBy | null;
  readonly promptRef: string | null;
}

/** That of a command which was never run. */
export const NO_PROGRESS: Progress = { events: [], met: [], generatedBy: null, promptRef: null };
