import { NEWLINE } from "./line-format.ts";

const FIRST_BYTES = 8 * 1024;

/**
 * The last lines of one resource in memory, as bytes in the file's format: appending is one copy, and nothing is made
 * into text before somebody asks. Bounded by bytes, and as every line has a header, by lines too. Each resource has a
 * ring of its own, so that one that floods pushes out nobody else's lines.
 */
export class ByteRing {
  readonly #maxBytes: number;
  #bytes: Buffer = Buffer.alloc(0);
  /** Where the next byte goes. */
  #next = 0;
  #length = 0;
  /** Something was overwritten: the oldest bytes may be the rest of a line. */
  #wrapped = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  append(block: Buffer): void {
    this.#grow(this.#length + block.length);
    const size = this.#bytes.length;
    const kept = block.length > size ? block.subarray(block.length - size) : block;
    const untilEnd = Math.min(kept.length, size - this.#next);
    this.#bytes.set(kept.subarray(0, untilEnd), this.#next);
    this.#bytes.set(kept.subarray(untilEnd), 0);
    this.#wrapped ||= this.#length + block.length > size;
    this.#next = (this.#next + kept.length) % size;
    this.#length = Math.min(this.#length + kept.length, size);
  }

  /** A copy of what is kept, oldest first, beginning with a whole line. */
  snapshot(): Buffer {
    if (!this.#wrapped) return Buffer.from(this.#bytes.subarray(0, this.#length));
    const all = Buffer.concat([this.#bytes.subarray(this.#next), this.#bytes.subarray(0, this.#next)]);
    return all.subarray(all.indexOf(NEWLINE) + 1);
  }

  /** Grows while it is not full: a resource that says little costs little. */
  #grow(needed: number): void {
    const size = this.#bytes.length;
    if (needed <= size || size === this.#maxBytes) return;
    const larger = Buffer.allocUnsafeSlow(Math.min(this.#maxBytes, Math.max(FIRST_BYTES, size * 2, needed)));
    // It wraps only at its full size, so the bytes still stand in order from 0.
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
    this.#next = this.#length;
  }
}
