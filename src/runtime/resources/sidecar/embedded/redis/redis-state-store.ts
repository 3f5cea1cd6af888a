import { StateError } from "../state/state-error.ts";
import {
  refuseTtl,
  type StateDelete,
  type StateItem,
  type StateOperation,
  type StateSet,
} from "../state/state-request.ts";
import type { StateStore } from "../state/state-store.ts";
import type { RedisLink, Word } from "./redis-link.ts";

/* The scripts of Dapr's state.redis (components-contrib 1.18, state/redis/redis.go): the same keys, fields and outcomes. */

/** KEYS: key · ARGV: expected version (0 = any), value, 0 for first-write. */
const SET = `
local etag = redis.pcall("HGET", KEYS[1], "version");
if type(etag) == "table" then
  redis.call("DEL", KEYS[1]);
end;
local fwr = redis.pcall("HGET", KEYS[1], "first-write");
if not etag or type(etag)=="table" or etag == "" or etag == ARGV[1] or (not fwr and ARGV[1] == "0") then
  redis.call("HSET", KEYS[1], "data", ARGV[2]);
  if ARGV[3] == "0" then
    redis.call("HSET", KEYS[1], "first-write", 0);
  end;
  return redis.call("HINCRBY", KEYS[1], "version", 1)
else
  return error("failed to set key " .. KEYS[1])
end`;

/** KEYS: key · ARGV: expected version (0 = any). */
const DELETE = `
local etag = redis.pcall("HGET", KEYS[1], "version");
if not etag or type(etag)=="table" or etag == ARGV[1] or etag == "" or ARGV[1] == "0" then
  return redis.call("DEL", KEYS[1])
else
  return error("failed to delete " .. KEYS[1])
end`;

export interface RedisStateOptions {
  readonly name: string;
  readonly keyPrefix: string;
  /** Time to live of what says none itself, in seconds; null = for ever. */
  readonly ttlInSeconds: number | null;
}

/** `state.redis`, in the layout of Dapr's: a hash with `data` and `version` for each key. */
export class RedisStateStore implements StateStore {
  readonly name: string;
  readonly keyPrefix: string;
  readonly capabilities = ["ETAG", "TRANSACTIONAL", "TTL", "KEYS_LIKE"];
  readonly files = null;
  readonly queryProblem = "redis-json server support is required for query capability";
  readonly #link: RedisLink;
  readonly #ttlInSeconds: number | null;

  constructor(link: RedisLink, { name, keyPrefix, ttlInSeconds }: RedisStateOptions) {
    this.#link = link;
    this.name = name;
    this.keyPrefix = keyPrefix;
    this.#ttlInSeconds = ttlInSeconds;
  }

  async get(key: string): Promise<StateItem | null> {
    try {
      const reply = await this.#link.send("HGETALL", key);
      return itemOf(Array.isArray(reply) ? reply : []);
    } catch (error) {
      if (!isWrongType(error)) throw other(error);
      // Not written by a state store: a plain value.
      const value = await this.#asked("GET", key);
      return typeof value === "string" ? { value, etag: null, expiresAt: null } : null;
    }
  }

  async getAll(keys: readonly string[]): Promise<readonly (StateItem | StateError | null)[]> {
    return await Promise.all(
      keys.map(async (key) => await this.get(key).catch((error: unknown) => other(error))),
    );
  }

  async set(request: StateSet): Promise<void> {
    const { key, value, firstWrite } = request;
    const version = versionOf(request);
    const ttl = this.#ttlOf(request);
    try {
      await this.#link.send("EVAL", SET, "1", key, version, value, firstWrite ? "0" : "1");
    } catch (error) {
      throw refused(error, request.etag !== null, `failed to set key ${key}`);
    }
    if (ttl !== null) await this.#asked(...expiry(key, ttl));
  }

  async delete({ key, etag }: StateDelete): Promise<void> {
    try {
      await this.#link.send("EVAL", DELETE, "1", key, etag ?? "0");
    } catch (error) {
      throw refused(error, true, "");
    }
  }

  /** As Dapr's, it has no way back: what succeeds stays, also where something else in it fails. */
  async transaction(operations: readonly StateOperation[]): Promise<void> {
    const commands = operations.flatMap((operation): readonly Word[][] => {
      const { request } = operation;
      if (operation.at === "delete") return [["EVAL", DELETE, "1", request.key, request.etag ?? "0"]];
      const version = versionOf(operation.request);
      const ttl = this.#ttlOf(operation.request);
      const set = ["EVAL", SET, "1", request.key, version, operation.request.value];
      return ttl === null ? [set] : [set, expiry(request.key, ttl)];
    });
    const replies = await this.#link.transaction(commands).catch((error: unknown) => {
      throw other(error);
    });
    const failed = replies.find((reply) => reply instanceof Error);
    if (failed !== undefined) throw other(failed);
  }

  async setAll(requests: readonly StateSet[]): Promise<readonly StateError[]> {
    const settled = await Promise.allSettled(requests.map(async (request) => await this.set(request)));
    return settled.flatMap((one) => (one.status === "rejected" ? [other(one.reason)] : []));
  }

  sweep(): void {
    // Redis removes what has expired by itself.
  }

  waitAtMost(): void {
    // It has no file.
  }

  async close(): Promise<void> {
    await this.#link[Symbol.asyncDispose]();
  }

  #ttlOf({ ttl }: StateSet): number | null {
    if (ttl === null) return this.#ttlInSeconds;
    if (!/^[+-]?\d+$/u.test(ttl)) throw refuseTtl(ttl, "failed to parse ttl from metadata: strconv.ParseInt");
    return Number(ttl);
  }

  async #asked(...command: readonly Word[]): ReturnType<RedisLink["send"]> {
    return await this.#link.send(...command).catch((error: unknown) => {
      throw other(error);
    });
  }
}

function expiry(key: string, ttl: number): Word[] {
  return ttl > 0 ? ["EXPIRE", key, String(ttl)] : ["PERSIST", key];
}

/** Last-write takes no notice of an etag; without one, any version will do. */
function versionOf({ etag, lastWrite }: StateSet): string {
  if (etag === null || lastWrite) return "0";
  if (!/^[+-]?\d+$/u.test(etag)) throw StateError.invalid(etag);
  return String(Number(etag));
}

function itemOf(fields: readonly unknown[]): StateItem | null {
  if (fields.length === 0) return null;
  const at = (name: string): unknown => {
    for (let index = 0; index + 1 < fields.length; index += 2)
      if (fields[index] === name) return fields[index + 1];
    return undefined;
  };
  const data = at("data");
  const version = at("version");
  if (typeof data !== "string" || typeof version !== "string")
    throw StateError.other("required hash field 'data' or 'version' was not found");
  return { value: data, etag: version, expiresAt: null };
}

function isWrongType(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("WRONGTYPE");
}

/** A script of ours refused; or, `what`, something else went wrong. */
function refused(error: unknown, hasTag: boolean, what: string): StateError {
  const message = error instanceof Error ? error.message : String(error);
  const isRefusal = /failed to (?:set|delete)/u.test(message);
  if (hasTag && isRefusal) return StateError.mismatch(message);
  return StateError.other(what === "" ? message : `${what}: ${message}`);
}

function other(error: unknown): StateError {
  if (error instanceof StateError) return error;
  return StateError.other(error instanceof Error ? error.message : String(error));
}
