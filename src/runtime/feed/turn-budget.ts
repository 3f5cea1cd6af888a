import type { Readable } from "node:stream";

/** As much output as is taken per event-loop turn, of all processes together, before everybody else gets a turn. */
const TURN_BYTES = 256 * 1024;

/**
 * Reads the output of processes without ever keeping the event loop for itself. A pipe that always has more is read up to
 * 2 MB in one turn, and six of them hold everything else up for tens of milliseconds; here a pipe that delivers after the
 * turn's share is used up rests until the next turn. Its process waits in its write, nothing is lost.
 */
export class TurnBudget {
  #left = TURN_BYTES;
  #scheduled = false;
  readonly #resting = new Set<Readable>();

  /** Hands on every chunk of a stream. */
  read(stream: Readable, onChunk: (chunk: Buffer) => void): void {
    stream.on("data", (chunk: Buffer) => {
      onChunk(chunk);
      this.#left -= chunk.length;
      if (!this.#scheduled) setImmediate(() => this.#nextTurn());
      this.#scheduled = true;
      if (this.#left > 0 || stream.isPaused()) return;
      stream.pause();
      this.#resting.add(stream);
    });
  }

  #nextTurn(): void {
    this.#scheduled = false;
    this.#left = TURN_BYTES;
    const resting = [...this.#resting];
    this.#resting.clear();
    for (const stream of resting) stream.resume();
  }
}
