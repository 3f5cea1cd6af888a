import type { Precondition } from "../domain/decide-on.ts";

/** The aggregate is not in the version that the request's `If-Match` names; answered as 412. */
export class PreconditionFailed extends Error {
  override readonly name = "PreconditionFailed";
}

/**
 * True when a list of ETags, as `If-Match` and `If-None-Match` bring it, selects what has this ETag; null is something that
 * has none. `*` selects whatever there is. Compared strongly (RFC 9110 §8.8.3.2) a weak ETag is like no other.
 */
export function selects(header: string, etag: string | null, compare: "strong" | "weak"): boolean {
  if (header.trim() === "*") return true;
  const tags = header.split(",").map((tag) => tag.trim());
  return tags.some((tag) => (compare === "weak" ? tag.replace(/^W\//, "") : tag) === etag);
}

/**
 * What the `If-Match` of a request expects of the version of an aggregate (RFC 9110 §13.1.1): one of the listed ETags, or
 * with `*` that it exists. A weak ETag never matches.
 */
export function ifMatch(header: string): Precondition {
  return {
    check: (streamId, version) => {
      // What does not exist may have the ETag "0", and only that selects it.
      const isThere = version > 0 || header.trim() !== "*";
      if (isThere && selects(header, `"${version}"`, "strong")) return;
      const found = version === 0 ? "does not exist" : `has the ETag "${version}"`;
      throw new PreconditionFailed(`${streamId} ${found}; the request expects ${header}.`);
    },
  };
}
