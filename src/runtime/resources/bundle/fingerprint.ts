import { hash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";

/** What a file looked like when it was read: when the numbers still fit, its content does too. */
export interface Fingerprint {
  readonly mtimeMs: number;
  /** Package managers reset mtime to a fixed date, so that two versions of a file can share it; ctime moves with each write. */
  readonly ctimeMs: number;
  readonly size: number;
  /** Of the content; null where only the numbers count. */
  readonly sha: string | null;
}

/** A path that did not exist; it still counts as unchanged while it does not. */
const MISSING: Fingerprint = { mtimeMs: 0, ctimeMs: 0, size: -1, sha: null };

/** The numbers alone, without reading the file. */
export function statFingerprint(file: string): Fingerprint {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return MISSING;
  return { mtimeMs: stat.mtimeMs, ctimeMs: stat.ctimeMs, size: stat.size, sha: null };
}

export function contentHash(content: string | Uint8Array): string {
  return hash("sha1", content);
}

/**
 * Numbers first, then content: a write that falls between the two leaves older numbers beside newer content, which the
 * next check sees as "moved" and settles by comparing contents. The other way round a save could be missed.
 */
export function readWithFingerprint(file: string): {
  readonly content: Buffer;
  readonly fingerprint: Fingerprint;
} {
  const numbers = statFingerprint(file);
  const content = readFileSync(file);
  return { content, fingerprint: { ...numbers, sha: contentHash(content) } };
}

export function sameNumbers(a: Fingerprint, b: Fingerprint): boolean {
  return a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.size === b.size;
}

/**
 * `same`: nothing moved. `moved`: the numbers did, the content did not (a git checkout and back); `now` is worth keeping.
 * `changed`: the content is another, or cannot be compared.
 */
export type Comparison =
  | { readonly at: "same" }
  | { readonly at: "moved"; readonly now: Fingerprint }
  | { readonly at: "changed" };

export function compare(file: string, known: Fingerprint): Comparison {
  const numbers = statFingerprint(file);
  if (sameNumbers(numbers, known)) return { at: "same" };
  if (known.sha === null || numbers.size !== known.size) return { at: "changed" };
  try {
    const now = readWithFingerprint(file).fingerprint;
    return now.sha === known.sha ? { at: "moved", now } : { at: "changed" };
  } catch {
    return { at: "changed" }; // it went away between the two calls
  }
}
