import { createHash } from "node:crypto";
import { Problem } from "../http/problem.ts";

/** A command that came with an idempotency key. */
export interface KeyedRequest {
  /** SHA-256 of the key: keys may be long, and databases compare text in their own ways. */
  readonly id: string;
  /** SHA-256 of what was asked: the same key must not stand for two different requests. */
  readonly fingerprint: string;
}

/**
 * Reads the header `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a string in quotes, or, as most clients
 * send it, the bare key.
 *
 * @throws Problem 400 when it is no key.
 */
export function readIdempotencyKey(header: string | undefined): string | null {
  if (header === undefined) return null;
  const key = /^"((?:[^"\\]|\\.)*)"$/.exec(header.trim())?.[1] ?? header.trim();
  if (/^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/.test(key)) return key;
  throw new Problem(
    400,
    "The header Idempotency-Key is no key: expected 1 to 255 visible ASCII characters.",
    {
      kind: "malformed",
      title: "Malformed request",
      hint: "Send a new UUID with each command, and the same one when you repeat it.",
    },
  );
}

/** The request behind a key. */
export function keyedRequest(key: string, route: string, input: unknown): KeyedRequest {
  return { id: sha256(key), fingerprint: sha256(`${route}\n${JSON.stringify(sorted(input))}`) };
}

/** The same key with another request. */
export function keyReused(): Problem {
  return new Problem(422, "The Idempotency-Key was used before, with a different request.", {
    kind: "idempotency-key-reused",
    title: "The idempotency key was used before",
    hint: "Use a new key for a new request, and an old one only to repeat exactly what was sent with it.",
  });
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** The same data in the same order of its members. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, member]: [string, unknown]) => [key, sorted(member)]));
}
