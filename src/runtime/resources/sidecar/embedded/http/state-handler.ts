import { rawItems, rawMembers, rawValue } from "../json/raw-json.ts";
import { StateError } from "../state/state-error.ts";
import {
  checkOptions,
  readStateRequest,
  toStateSet,
  type StateOperation,
  type StateSet,
} from "../state/state-request.ts";
import type { StateStore } from "../state/state-store.ts";
import { storeUnderPolicy, type UsedStore } from "../state/store-under-policy.ts";
import { isActive } from "../resiliency/run-policy.ts";
import type { AppResources } from "../resources/app-resources.ts";
import { queryMetadata, queryParameter, readText, sendEmpty, sendJsonText, type Call } from "./call.ts";
import { detailedError, malformed, plainError } from "./dapr-error.ts";
import { storedKey } from "./state-key.ts";

export interface StateContext {
  readonly appId: string;
  readonly stores: ReadonlyMap<string, StateStore>;
  /** What the resources mean for this app, as they are now. */
  resources(): AppResources;
}

/** `/v1.0/state/{store}[/{key}|/bulk|/transaction]`. False: no such route. */
export async function handleState(
  context: StateContext,
  call: Call,
  name: string,
  rest: readonly string[],
): Promise<boolean> {
  const { method } = call;
  const [key] = rest;
  const writes = method === "POST" || method === "PUT";
  if (rest.length > 1 || (key === undefined && !writes)) return false;
  const store = findStore(context, name);
  if (key === undefined) await save(context, call, store);
  else if (writes && key === "bulk") await bulkGet(context, call, store);
  else if (writes && key === "transaction") await transact(context, call, store);
  else if (method === "GET") await get(context, call, store, key);
  else if (method === "DELETE") await remove(context, call, store, key);
  else return false;
  return true;
}

/** `/v1.0-alpha1/state/{store}/query`: SQLite stores cannot, and say so as Dapr's do. */
export function refuseQuery(context: StateContext, name: string): never {
  if (context.stores.size === 0) throw noStores(name);
  const { queryProblem } = findStore(context, name);
  if (queryProblem !== null) {
    throw detailedError(500, "ERR_STATE_QUERY", `state store ${name} query failed: ${queryProblem}`, {
      reason: "DAPR_STATE_QUERY_FAILED",
      resource: { type: "state", name },
    });
  }
  throw detailedError(500, "ERR_STATE_STORE_NOT_SUPPORTED", "state store does not support querying", {
    reason: "DAPR_STATE_QUERYING_NOT_SUPPORTED",
    resource: { type: "state", name },
  });
}

const STATUS = { mismatch: 409, invalid: 400, other: 500 } as const;

function findStore(context: StateContext, name: string): UsedStore {
  const { appId, stores } = context;
  const store = stores.get(name);
  if (store !== undefined) {
    const policy = context.resources().resiliency.component(name, "outbound", "Statestore");
    return isActive(policy) ? storeUnderPolicy(store, policy) : store;
  }
  const metadata = { appID: appId };
  if (stores.size === 0) throw noStores(name, metadata);
  throw detailedError(400, "ERR_STATE_STORE_NOT_FOUND", `state store ${name} is not found`, {
    reason: "DAPR_STATE_NOT_FOUND",
    metadata,
  });
}

function noStores(name: string, metadata?: Readonly<Record<string, string>>): Error {
  return detailedError(500, "ERR_STATE_STORE_NOT_CONFIGURED", `state store ${name} is not configured`, {
    reason: "DAPR_STATE_NOT_CONFIGURED",
    ...(metadata === undefined ? {} : { metadata }),
  });
}

async function get({ appId }: StateContext, call: Call, store: UsedStore, key: string): Promise<void> {
  const stored = storedKey(store, appId, key);
  const failed = (error: StateError): Error =>
    plainError(500, "ERR_STATE_GET", `fail to get ${key} from state store ${store.name}: ${error.message}`);
  const item = await translate(failed, async () => await store.get(stored));
  if (item === null) return sendEmpty(call);
  sendJsonText(call, 200, item.value, {
    ...(item.etag === null ? {} : { etag: item.etag }),
    ...(item.expiresAt === null ? {} : { "metadata.ttlExpireTime": item.expiresAt }),
  });
}

async function save({ appId }: StateContext, call: Call, store: UsedStore): Promise<void> {
  const text = await readText(call, (why) => plainError(400, "ERR_MALFORMED_REQUEST", why));
  if (!Array.isArray(parse(text, (why) => plainError(400, "ERR_MALFORMED_REQUEST", why)))) {
    throw plainError(400, "ERR_MALFORMED_REQUEST", "expected an array of state items");
  }
  const metadata = queryMetadata(call);
  const items = rawItems(text).map(({ start, end }) => readStateRequest(text.slice(start, end)));
  if (items.some((item) => item.key === ""))
    throw plainError(400, "ERR_MALFORMED_REQUEST", '"key" is a required field');
  const failed = (error: StateError): Error =>
    plainError(
      STATUS[error.kind],
      "ERR_STATE_SAVE",
      `failed saving state in state store ${store.name}: ${error.message}`,
    );
  await translate(failed, async () => {
    const sets: StateSet[] = items.map((item) =>
      toStateSet(item, storedKey(store, appId, item.key), metadata),
    );
    const [failure] = await store.setAll(sets);
    if (failure !== undefined) throw items.length > 1 ? failure.ofSeveral() : failure;
  });
  sendEmpty(call);
}

async function remove({ appId }: StateContext, call: Call, store: UsedStore, key: string): Promise<void> {
  const stored = storedKey(store, appId, key);
  const etag = call.request.headers["if-match"];
  const failed = (error: StateError): Error =>
    plainError(
      STATUS[error.kind],
      "ERR_STATE_DELETE",
      `failed deleting state with key ${key}: ${error.message}`,
    );
  await translate(failed, async () => {
    checkOptions(queryParameter(call, "concurrency") ?? "", queryParameter(call, "consistency") ?? "");
    await store.delete({ key: stored, etag: etag === undefined || etag === "" ? null : etag });
  });
  sendEmpty(call);
}

async function bulkGet({ appId }: StateContext, call: Call, store: UsedStore): Promise<void> {
  const body = parse(await readText(call, malformed), malformed);
  const keys =
    typeof body === "object" && body !== null && "keys" in body && Array.isArray(body.keys)
      ? body.keys.map(String)
      : [];
  const stored = keys.map((key) => storedKey(store, appId, key));
  const found = await translate(bulkGetFailed, async () => await store.getAll(stored));
  const rows = keys.map((key, index) => {
    const item = found[index] ?? null;
    if (item === null) return `{"key":${JSON.stringify(key)}}`;
    if (item instanceof StateError) return JSON.stringify({ key, error: item.message });
    const etag = item.etag === null ? "" : `,"etag":${JSON.stringify(item.etag)}`;
    const metadata =
      item.expiresAt === null ? "" : `,"metadata":{"ttlExpireTime":${JSON.stringify(item.expiresAt)}}`;
    return `{"key":${JSON.stringify(key)},"data":${item.value}${etag}${metadata}}`;
  });
  sendJsonText(call, 200, `[${rows.join(",")}]`);
}

async function transact({ appId }: StateContext, call: Call, store: UsedStore): Promise<void> {
  const text = await readText(call, malformed);
  parse(text, malformed);
  const metadata = queryMetadata(call);
  const raw = rawValue(text, rawMembers(text), "operations", true) ?? "[]";
  await translate(transactionFailed, async () => {
    const operations = rawItems(raw).map(({ start, end }) =>
      readOperation(raw.slice(start, end), (key) => storedKey(store, appId, key), metadata),
    );
    if (operations.length > 0) await store.transaction(operations);
  });
  sendEmpty(call);
}

function readOperation(
  text: string,
  keyOf: (key: string) => string,
  metadata: Readonly<Record<string, string>>,
): StateOperation {
  const members = rawMembers(text);
  const kind: unknown = JSON.parse(rawValue(text, members, "operation", true) ?? '""');
  const request = readStateRequest(rawValue(text, members, "request", true) ?? "{}");
  const key = keyOf(request.key);
  if (kind !== "upsert" && kind !== "delete") {
    throw plainError(
      400,
      "ERR_NOT_SUPPORTED_STATE_OPERATION",
      `operation type ${String(kind)} not supported`,
    );
  }
  // A key without a prefix can be empty; with one, it is not (as with daprd).
  if (key === "") throw StateError.other(`missing key in ${kind === "upsert" ? "set" : "delete"} option`);
  if (kind === "upsert") return { at: "upsert", request: toStateSet(request, key, metadata) };
  checkOptions(request.concurrency, request.consistency);
  return { at: "delete", request: { key, etag: request.etag } };
}

function parse(text: string, error: (why: string) => Error): unknown {
  try {
    return JSON.parse(text);
  } catch (failure) {
    throw error(failure instanceof Error ? failure.message : String(failure));
  }
}

async function translate<T>(failed: (error: StateError) => Error, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof StateError ? failed(error) : error;
  }
}

function bulkGetFailed(error: StateError): Error {
  return plainError(500, "ERR_STATE_BULK_GET", error.message);
}

function transactionFailed(error: StateError): Error {
  return plainError(
    500,
    "ERR_STATE_TRANSACTION",
    `error while executing state transaction: ${error.message}`,
  );
}
