/** One message of a container's log. */
export interface LogFrame {
  readonly stream: "stdout" | "stderr";
  /** When Docker read it: RFC 3339 with nine decimals, in UTC; such texts compare as times. */
  readonly at: string;
  /** As it was written, its newline included; a very long line comes in several frames, the last of which has the newline. */
  readonly bytes: Buffer;
}

const HEADER = 8;
const SPACE = 0x20;

/**
 * Takes Docker's multiplexed stream apart, however its bytes are cut: each frame has a header of eight bytes (the stream, three
 * zeros, the length in four), and here begins with the time, as the logs are asked for with timestamps.
 */
export class LogFrames {
  #rest: Buffer = Buffer.alloc(0);

  push(chunk: Buffer, take: (frame: LogFrame) => void): void {
    let data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (data.length >= HEADER) {
      const end = HEADER + data.readUInt32BE(4);
      if (data.length < end) break;
      take(frameOf(data[0] === 2 ? "stderr" : "stdout", data.subarray(HEADER, end)));
      data = data.subarray(end);
    }
    this.#rest = data;
  }
}

function frameOf(stream: LogFrame["stream"], payload: Buffer): LogFrame {
  const space = payload.indexOf(SPACE);
  return { stream, at: payload.toString("latin1", 0, space), bytes: payload.subarray(space + 1) };
}

interface Mark {
  readonly at: string;
  /** So many frames of exactly that time were taken: the parts of one long line share theirs. */
  readonly count: number;
}

/**
 * How far a log was read, so that it can be read on after an interruption: nothing twice, nothing left out. Both streams are
 * counted by themselves, as Docker stamps them by themselves.
 */
export class LogCursor {
  readonly #marks: { stdout: Mark | null; stderr: Mark | null } = { stdout: null, stderr: null };
  #again = { stdout: new Again(null), stderr: new Again(null) };

  /** A new reading begins, which may repeat what was read before. */
  begin(): void {
    this.#again = { stdout: new Again(this.#marks.stdout), stderr: new Again(this.#marks.stderr) };
  }

  /** Whether a frame is new. */
  take({ stream, at }: LogFrame): boolean {
    if (this.#again[stream].repeats(at)) return false;
    const mark = this.#marks[stream];
    this.#marks[stream] = { at, count: mark?.at === at ? mark.count + 1 : 1 };
    return true;
  }

  /** From when on to read, as Docker's API wants it: seconds and nanoseconds. Null = all there is. */
  get since(): string | null {
    const times = [this.#marks.stdout, this.#marks.stderr].flatMap((mark) =>
      mark === null ? [] : [mark.at],
    );
    const first = times.toSorted()[0];
    return first === undefined ? null : unixTime(first);
  }
}

/** What a repeated reading has to skip. Once something new came, nothing is skipped any more: a clock may be set back. */
class Again {
  readonly #mark: Mark | null;
  #left: number;
  #over: boolean;

  constructor(mark: Mark | null) {
    this.#mark = mark;
    this.#left = mark?.count ?? 0;
    this.#over = mark === null;
  }

  repeats(at: string): boolean {
    if (this.#over || this.#mark === null) return false;
    if (at < this.#mark.at) return true;
    if (at === this.#mark.at && this.#left > 0) {
      this.#left -= 1;
      return true;
    }
    this.#over = true;
    return false;
  }
}

function unixTime(at: string): string {
  const seconds = Math.floor(Date.parse(at) / 1000);
  const decimals = /\.(\d+)/.exec(at)?.[1] ?? "0";
  return `${seconds}.${decimals.padEnd(9, "0")}`;
}
