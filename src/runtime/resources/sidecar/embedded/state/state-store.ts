import type { DatabaseFiles } from "../store/database-files.ts";
import type { StateError } from "./state-error.ts";
import type { StateDelete, StateItem, StateOperation, StateSet } from "./state-request.ts";

/**
 * One state store. Values are kept as the JSON text that came, so that no number is rounded on the way. What is refused
 * is a {@link StateError}.
 */
export interface StateStore {
  readonly name: string;
  /** How keys are prefixed (`keyPrefix` of the component's metadata). */
  readonly keyPrefix: string;
  /** As `GET /v1.0/metadata` lists them. */
  readonly capabilities: readonly string[];
  /** The files that it works with; null where it has none. */
  readonly files: DatabaseFiles | null;
  /** Why it cannot be queried although it is a store for that; null where it is none. */
  readonly queryProblem: string | null;
  /** Null where there is no such key. */
  get(key: string): Promise<StateItem | null>;
  /** The same of several; what fails for one of them stands in its place. */
  getAll(keys: readonly string[]): Promise<readonly (StateItem | StateError | null)[]>;
  set(request: StateSet): Promise<void>;
  delete(request: StateDelete): Promise<void>;
  transaction(operations: readonly StateOperation[]): Promise<void>;
  /** Sets several; what one of them fails on leaves the others as they are (Dapr's bulk set). Gives the failures. */
  setAll(requests: readonly StateSet[]): Promise<readonly StateError[]>;
  /** Removes what has expired, where the store does not do that by itself. */
  sweep(): void;
  /** Another program that holds its file is waited for so long from now on. */
  waitAtMost(ms: number): void;
  close(): void | Promise<void>;
}
