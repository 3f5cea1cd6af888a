/** Bytes that stay away for longer than this do not arrive any more. */
const LONGEST_GAP_MS = 5_000;

/** For how long something was downloaded, all downloads together: who waits for a start does not count that time. */
export class Downloads {
  #ms = 0;
  #last: number | null = null;

  /** Bytes arrived just now, or (`null`) a download is over. */
  note(progress: unknown, now: number): void {
    this.#ms = this.until(now);
    this.#last = progress === null ? null : now;
  }

  /** In ms, up to now. */
  until(now: number): number {
    return this.#last === null ? this.#ms : this.#ms + Math.min(now - this.#last, LONGEST_GAP_MS);
  }
}
