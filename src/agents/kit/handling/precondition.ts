import type { Precondition } from "../domain/decide-on.ts";

/** The aggregate is not in the version that the request's `If-Match` names; answered as 412. */
export class PreconditionFailed extends Error {
  override readonly name = "PreconditionFailed";
}

/**
 * What the `If-Match` of a request expects of the version of an aggregate (RFC 9110 §13.1.1): one of the listed ETags, or
 * with `*` that it exists. A weak ETag never matches.
 */
export function ifMatch(header: string): Precondition {
  const tags = header.split(",").map((tag) => tag.trim());
  return {
    check: (streamId, version) => {
      if (header.trim() === "*" ? version > 0 : tags.includes(`"${version}"`)) return;
      const found = version === 0 ? "does not exist" : `has the ETag "${version}"`;
      throw new PreconditionFailed(`${streamId} ${found}; the request expects ${header}.`);
    },
  };
}
