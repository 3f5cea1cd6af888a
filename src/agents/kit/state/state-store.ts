import type { z } from "zod";
import type { Emit } from "../events/emit.ts";

/** A value in the Dapr state store, with the ETag of what was read. */
export interface StateEntry<Value> {
  readonly value: Value;
  /** Give it to `save` or `delete`, and they are refused when somebody else has written meanwhile. */
  readonly etag: string;
}

/** How a value is written. */
export interface SaveOptions {
  /**
   * First write wins: the ETag that was read, or `new` when the key must not exist yet. Left out, the last write wins.
   */
  readonly etag?: string;
  /** Whole seconds after which the store may forget the value. */
  readonly ttlInSeconds?: number;
}

/**
 * The agent's state in Dapr's state store, through the sidecar. Keys are the agent's own, values are JSON.
 * Everything here throws a {@link SidecarFailure} when the sidecar cannot be asked.
 */
export interface StateStore {
  /** Null when there is no such key. @throws ZodError when the stored value does not fit the schema. */
  get<Value>(key: string, schema: z.ZodType<Value>): Promise<StateEntry<Value> | null>;
  /** Writes a JSON value. @throws EtagMismatch when somebody else has written since the ETag was read. */
  save(key: string, value: unknown, options?: SaveOptions): Promise<void>;
  /** Deletes the key; a key that does not exist is no error. @throws EtagMismatch */
  delete(key: string, options?: Pick<SaveOptions, "etag">): Promise<void>;
}

/** One state transaction: aggregate, the mark that the event is handled, and outgoing events commit together. */
export interface StateUnitOfWork {
  /** Null when there is no such key; what this unit has saved counts only once it commits. */
  get<Value>(key: string, schema: z.ZodType<Value>): Promise<StateEntry<Value> | null>;
  /** Written when the unit commits. */
  save(key: string, value: unknown, options?: SaveOptions): void;
  /** Deleted when the unit commits. */
  delete(key: string, options?: Pick<SaveOptions, "etag">): void;
  readonly emit: Emit;
}

/** Somebody else has written the key since it was read. Answered as 409 when not caught. */
export class EtagMismatch extends Error {
  override readonly name = "EtagMismatch";
}

/** The sidecar cannot be asked, or refused what was asked. Answered as 503 when not caught. */
export class SidecarFailure extends Error {
  override readonly name: string = "SidecarFailure";
}

/** The sidecar answers, and has no state store of that name. */
export class StateStoreMissing extends SidecarFailure {
  override readonly name = "StateStoreMissing";
}

/** The sidecar cannot be asked: there is none, or it does not answer. */
export class SidecarUnreachable extends SidecarFailure {
  override readonly name = "SidecarUnreachable";
}
