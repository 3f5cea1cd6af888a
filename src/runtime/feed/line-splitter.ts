/** Longest part of a line that is kept in one piece, in bytes. */
export const MAX_LINE_BYTES = 64 * 1024;

/** Takes one line, or one part of a line that is too long: the bytes from `start` to `end`, valid only during the call. */
export type LineSink = (bytes: Uint8Array, start: number, end: number, cut: boolean) => void;

const NEWLINE = 10;
const RETURN = 13;

/**
 * Turns the chunks of one stream into lines, whatever their borders are: a newline ends a line and is not part of it,
 * nor is one `\r` before it. Everything else, NUL and escape sequences included, is the program's own. A line longer
 * than {@link MAX_LINE_BYTES} comes in parts (`cut` on all but the last), never cut within a UTF-8 character, so that
 * memory is bounded even for a program that never writes a newline.
 */
export class LineSplitter {
  readonly #sink: LineSink;
  /** The line that has not ended yet. */
  #carry: Buffer = EMPTY;
  #carried = 0;

  constructor(sink: LineSink) {
    this.#sink = sink;
  }

  /** Bytes of a line that has not ended yet. */
  get pending(): number {
    return this.#carried;
  }

  push(chunk: Uint8Array): void {
    const { length } = chunk;
    let start = 0;
    while (start < length) {
      const newline = chunk.indexOf(NEWLINE, start);
      if (newline < 0) {
        this.#keep(chunk, start, length);
        return;
      }
      if (this.#carried === 0) this.#line(chunk, start, newline);
      else {
        this.#keep(chunk, start, newline);
        this.#line(this.#carry, 0, this.#carried);
        this.#carried = 0;
      }
      start = newline + 1;
    }
  }

  /** The stream has ended: a last line without newline is a line. */
  end(): void {
    const last = this.#carried;
    this.#carried = 0;
    if (last > 1 || (last === 1 && this.#carry[0] !== RETURN)) this.#line(this.#carry, 0, last);
    this.#carry = EMPTY;
  }

  #line(bytes: Uint8Array, from: number, end: number): void {
    let start = from;
    // One byte more than the maximum may stand, as it may be the `\r` of the line's end.
    while (end - start > MAX_LINE_BYTES + 1) {
      const border = characterBorder(bytes, start, start + MAX_LINE_BYTES);
      this.#sink(bytes, start, border, true);
      start = border;
    }
    this.#sink(bytes, start, end > start && bytes[end - 1] === RETURN ? end - 1 : end, false);
  }

  #keep(chunk: Uint8Array, from: number, end: number): void {
    let start = from;
    while (start < end) {
      if (this.#carried > MAX_LINE_BYTES) {
        const border = characterBorder(this.#carry, 0, MAX_LINE_BYTES);
        this.#sink(this.#carry, 0, border, true);
        this.#carry.copyWithin(0, border, this.#carried);
        this.#carried -= border;
      }
      const take = Math.min(end - start, MAX_LINE_BYTES + 1 - this.#carried);
      this.#reserve(this.#carried + take);
      this.#carry.set(chunk.subarray(start, start + take), this.#carried);
      this.#carried += take;
      start += take;
    }
  }

  #reserve(size: number): void {
    if (this.#carry.length >= size) return;
    const larger = Buffer.allocUnsafeSlow(
      Math.min(MAX_LINE_BYTES + 1, Math.max(256, size, this.#carry.length * 2)),
    );
    larger.set(this.#carry.subarray(0, this.#carried));
    this.#carry = larger;
  }
}

const EMPTY = Buffer.alloc(0);

/** The last place at or before `end` where a UTF-8 character begins; `end` itself where the bytes are no UTF-8. */
function characterBorder(bytes: Uint8Array, start: number, end: number): number {
  for (let border = end; border > start && border > end - 4; border--) {
    if (((bytes[border] ?? 0) & 0xc0) !== 0x80) return border;
  }
  return end;
}
