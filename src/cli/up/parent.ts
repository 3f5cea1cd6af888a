import type { SerialisedError } from "../../runtime/model/errors.ts";
import type { RunView } from "../../runtime/model/snapshot.ts";

/** What a detached orchestrator tells the `agents up -d` that started it. */
export type ParentMessage =
  /** `said`: what a person should hear of the start. */
  | { readonly at: "ready"; readonly run: RunView; readonly said: readonly string[] }
  | { readonly at: "failed"; readonly error: SerialisedError }
  /** Another run came first. */
  | { readonly at: "taken" };

/** Set in the environment of a detached orchestrator. */
export const DETACHED = "AGENTS_DETACHED";

/** The `agents up -d` that waits for this process. */
export interface Parent {
  ready(run: RunView, said: readonly string[]): void;
  tell(message: ParentMessage): Promise<void>;
}

/** The one that waits, where this process was started by `agents up -d`. */
export function findParent(): Parent | null {
  if (process.env[DETACHED] !== "1" || process.send === undefined) return null;
  // Agents must not take themselves for orchestrators.
  delete process.env[DETACHED];
  return { tell, ready: (run, said) => void tell({ at: "ready", run, said }) };
}

async function tell(message: ParentMessage): Promise<void> {
  if (!process.connected) return; // it was interrupted: the run goes on
  await new Promise<void>((resolve) => process.send?.(message, undefined, {}, () => resolve()));
  if (process.connected) process.disconnect();
}
