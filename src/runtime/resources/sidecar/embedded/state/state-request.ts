import { rawMembers, rawValue } from "../json/raw-json.ts";
import { StateError } from "./state-error.ts";

/** A value in a store. */
export interface StateItem {
  /** JSON text, as it was saved. */
  readonly value: string;
  /** Null where the store knows none for it. */
  readonly etag: string | null;
  /** RFC 3339, UTC. */
  readonly expiresAt: string | null;
}

export interface StateSet {
  /** With its prefix. */
  readonly key: string;
  /** JSON text. */
  readonly value: string;
  readonly etag: string | null;
  readonly firstWrite: boolean;
  /** Asked for in so many words: stores may differ in what they do where nothing is said. */
  readonly lastWrite: boolean;
  /** `ttlInSeconds` as it was given; null = not at all. */
  readonly ttl: string | null;
}

export interface StateDelete {
  readonly key: string;
  readonly etag: string | null;
}

export type StateOperation =
  | { readonly at: "upsert"; readonly request: StateSet }
  | { readonly at: "delete"; readonly request: StateDelete };

/** One item of a save or transaction request, as text: what is in it is decided by who uses it. */
export interface RawStateRequest {
  readonly key: string;
  /** JSON text of the value. */
  readonly value: string;
  readonly etag: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly concurrency: string;
  readonly consistency: string;
}

/** Reads an item from its JSON text; the value stays text. Field names match in any case. */
export function readStateRequest(text: string): RawStateRequest {
  const members = rawMembers(text);
  const parsed = (name: string): unknown => {
    const raw = rawValue(text, members, name, true);
    return raw === null ? null : (JSON.parse(raw) as unknown);
  };
  const options = lowerStrings(parsed("options"));
  const key = parsed("key");
  const etag = parsed("etag");
  return {
    key: typeof key === "string" ? key : "",
    value: rawValue(text, members, "value", true) ?? "null",
    etag: typeof etag === "string" && etag !== "" ? etag : null,
    metadata: strings(parsed("metadata")),
    concurrency: options["concurrency"] ?? "",
    consistency: options["consistency"] ?? "",
  };
}

/** The request with its options checked. Throws a {@link StateError} in the words of Dapr's stores. */
export function toStateSet(
  raw: RawStateRequest,
  key: string,
  metadata: Readonly<Record<string, string>>,
): StateSet {
  checkOptions(raw.concurrency, raw.consistency);
  const { etag } = raw;
  return {
    key,
    value: raw.value,
    etag,
    firstWrite: raw.concurrency === "first-write",
    lastWrite: raw.concurrency === "last-write",
    ttl: { ...raw.metadata, ...metadata }["ttlInSeconds"] || null,
  };
}

export function checkOptions(concurrency: string, consistency: string): void {
  if (!["", "first-write", "last-write"].includes(concurrency))
    throw StateError.other(`unrecognized concurrency model '${concurrency}'`);
  if (!["", "strong", "eventual"].includes(consistency))
    throw StateError.other(`unrecognized consistency model '${consistency}'`);
}

/** The error of a time to live that is no number, in Go's words. */
export function refuseTtl(text: string, what: string): StateError {
  return StateError.other(`${what}: parsing ${JSON.stringify(text)}: invalid syntax`);
}

function strings(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).map(([name, one]): [string, string] => [name, String(one)]),
  );
}

function lowerStrings(value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(strings(value)).map(([name, one]): [string, string] => [name.toLowerCase(), one]),
  );
}
