import type { Policy } from "../resiliency/resiliency.ts";
import { runPolicy } from "../resiliency/run-policy.ts";
import { StateError } from "./state-error.ts";
import type { StateStore } from "./state-store.ts";

/** What is asked of a store: the rest of it is the runtime's. */
export type UsedStore = Pick<
  StateStore,
  "name" | "keyPrefix" | "queryProblem" | "get" | "getAll" | "delete" | "transaction" | "setAll"
>;

/** Not all could be set. As with daprd, a wrong etag stays one; nor is what was set in part set again. */
class SetFailures extends Error {
  override readonly name = "SetFailures";
  readonly failures: readonly StateError[];

  readonly permanent: boolean;

  constructor(failures: readonly StateError[], requests: number) {
    super(failures[0]?.message ?? "");
    this.failures = failures;
    this.permanent = failures.length < requests || failures.every(({ kind }) => kind !== "other");
  }
}

/** A store with the policy of its component around each request. */
export function storeUnderPolicy(store: StateStore, policy: Policy): UsedStore {
  const run = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await runPolicy(policy, work);
    } catch (error) {
      if (error instanceof StateError || error instanceof SetFailures) throw error;
      throw StateError.other(error instanceof Error ? error.message : String(error));
    }
  };
  return {
    name: store.name,
    keyPrefix: store.keyPrefix,
    queryProblem: store.queryProblem,
    get: async (key) => await run(async () => await store.get(key)),
    getAll: async (keys) => await run(async () => await store.getAll(keys)),
    delete: async (request) => await run(async () => await store.delete(request)),
    transaction: async (operations) => await run(async () => await store.transaction(operations)),
    setAll: async (requests) => {
      try {
        return await run(async () => {
          const failures = await store.setAll(requests);
          if (failures.length > 0) throw new SetFailures(failures, requests.length);
          return failures;
        });
      } catch (error) {
        if (error instanceof SetFailures) return error.failures;
        throw error;
      }
    },
  };
}
