import type { IEtag } from "@dapr/dapr/types/Etag.type.js";
import type { IStateOptions } from "@dapr/dapr/types/state/StateOptions.type.js";
import type { OperationType } from "@dapr/dapr/types/Operation.type.js";
import type { z } from "zod";
import type { SidecarClient } from "../sidecar/sidecar-client.ts";
import { readSdkError } from "../sidecar/sidecar-client.ts";
import { EtagMismatch, SidecarFailure } from "./state-store.ts";
import type { SaveOptions, StateEntry, StateStore } from "./state-store.ts";
import { trusted } from "../process/trusted.ts";

/** One write of a state transaction. */
export type StateWrite =
  | { readonly kind: "save"; readonly key: string; readonly value: unknown; readonly options: SaveOptions }
  | { readonly kind: "delete"; readonly key: string; readonly options: Pick<SaveOptions, "etag"> };

/** A value as it was read, not yet typed. */
export interface RawEntry {
  readonly value: unknown;
  readonly etag: string;
}

/** The state store behind the sidecar, through Dapr's SDK. */
export class DaprState implements StateStore {
  readonly #sidecar: SidecarClient;
  readonly #store: string;

  constructor(sidecar: SidecarClient, store: string) {
    this.#sidecar = sidecar;
    this.#store = store;
  }

  async get<Value>(key: string, schema: z.ZodType<Value>): Promise<StateEntry<Value> | null> {
    const entry = (await this.read([key])).get(key);
    return entry === undefined ? null : { value: schema.parse(entry.value), etag: entry.etag };
  }

  /** The entries that exist. In bulk also for one key: the SDK's single get drops the ETag. */
  async read(keys: readonly string[]): Promise<ReadonlyMap<string, RawEntry>> {
    for (const key of keys) checkKey(key);
    const rows: unknown = await this.#sidecar.call("Reading state", (client) =>
      client.state.getBulk(this.#store, [...keys]),
    );
    if (!Array.isArray(rows)) throw new SidecarFailure("Reading state failed: the sidecar answered no list");
    const found = new Map<string, RawEntry>();
    for (const row of rows as readonly BulkRow[]) {
      if (row.error !== undefined && row.error !== "")
        throw new SidecarFailure(`Reading state failed: ${row.error}`);
      if (row.data === undefined || row.data === null || row.etag === undefined) continue;
      found.set(row.key, { value: row.data, etag: row.etag });
    }
    return found;
  }

  async save(key: string, value: unknown, options: SaveOptions = {}): Promise<void> {
    await this.commit([{ kind: "save", key, value, options }]);
  }

  async delete(key: string, options: Pick<SaveOptions, "etag"> = {}): Promise<void> {
    await this.commit([{ kind: "delete", key, options }]);
  }

  /** All writes or none, on a store that has transactions. @throws EtagMismatch */
  async commit(writes: readonly StateWrite[]): Promise<void> {
    if (writes.length === 0) return;
    for (const write of writes) checkKey(write.key);
    const operations = writes.map(toOperation);
    try {
      await this.#sidecar.call("Writing state", (client) =>
        client.state.transaction(this.#store, operations),
      );
    } catch (error) {
      // Dapr answers every failed transaction with 500; only the message tells a lost race from the rest.
      const { message } = readSdkError(error instanceof SidecarFailure ? error.cause : error);
      if (/etag/i.test(message)) throw new EtagMismatch(message, { cause: error });
      throw error;
    }
  }
}

interface BulkRow {
  readonly key: string;
  readonly data?: unknown;
  readonly etag?: string;
  readonly error?: string;
}

/** The SDK's StateConcurrencyEnum; its value, because the enum would load the SDK. */
const FIRST_WRITE = 1;

function toOperation(write: StateWrite): OperationType {
  const { etag } = write.options;
  const request: OperationType["request"] = { key: write.key };
  if (etag !== undefined) {
    request.options = trusted<IStateOptions>({ concurrency: FIRST_WRITE });
    // The SDK's type wants `{ value }`, its gRPC shape; over HTTP it passes on what it gets, and the API takes a string.
    if (etag !== "new") request.etag = trusted<IEtag>(etag);
  }
  if (write.kind === "delete") return { operation: "delete", request };
  request.value = write.value;
  const { ttlInSeconds } = write.options;
  if (ttlInSeconds !== undefined) request.metadata = { ttlInSeconds: String(ttlInSeconds) };
  return { operation: "upsert", request };
}

function checkKey(key: string): void {
  // `||` is Dapr's own separator; the SDK puts keys into paths unescaped.
  if (key === "" || key.includes("||")) throw new TypeError(`"${key}" is not a valid state key.`);
}
