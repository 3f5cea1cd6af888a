import { DocumentUnreadable, isObject, member } from "./unreadable.ts";

/** How many objects of a document are read, counting one again for each reference to it: a few kilobytes of references can stand for millions. */
const MAX_READS = 50_000;
const MAX_CHAIN = 20;

/** What a reference led to. */
export interface Resolved {
  readonly value: unknown;
  /** The references on the way; empty when it was none. */
  readonly via: readonly string[];
}

/** Follows the references of one document to places in the same document; nothing is ever fetched. */
export class Resolver {
  readonly #root: unknown;
  #reads = 0;

  constructor(root: unknown) {
    this.#root = root;
  }

  /** @throws DocumentUnreadable for a reference out of the document, to nothing, or in a circle. */
  resolve(value: unknown, path: string): Resolved {
    this.#reads += 1;
    if (this.#reads > MAX_READS)
      throw new DocumentUnreadable(
        path,
        `The document stands for more than ${MAX_READS} objects, its references followed. Send fewer operations.`,
      );
    const via: string[] = [];
    let found = value;
    for (let ref = member(found, "$ref"); ref !== undefined; ref = member(found, "$ref")) {
      if (typeof ref !== "string") throw new DocumentUnreadable(`${path}/$ref`, "A $ref is a text.");
      if (!ref.startsWith("#"))
        throw new DocumentUnreadable(
          `${path}/$ref`,
          `"${ref.slice(0, 100)}" leads out of the document. Only local references (#/…) are followed: bundle the document first.`,
        );
      if (via.includes(ref) || via.length >= MAX_CHAIN)
        throw new DocumentUnreadable(`${path}/$ref`, `"${ref.slice(0, 100)}" leads back to itself.`);
      via.push(ref);
      found = this.#at(ref, path);
    }
    return { value: found, via };
  }

  /** RFC 6901, in the fragment of a URI. */
  #at(ref: string, path: string): unknown {
    const missing = new DocumentUnreadable(`${path}/$ref`, `"${ref.slice(0, 100)}" leads to nothing.`);
    let found = this.#root;
    for (const token of ref.slice(1).split("/").slice(1)) {
      const key = decode(token, missing).replaceAll("~1", "/").replaceAll("~0", "~");
      if (Array.isArray(found)) found = found[Number(key)];
      else if (isObject(found)) found = member(found, key);
      else throw missing;
      if (found === undefined) throw missing;
    }
    return found;
  }
}

function decode(token: string, failure: Error): string {
  try {
    return decodeURIComponent(token);
  } catch {
    throw failure;
  }
}
