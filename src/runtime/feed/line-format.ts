import type { LogLine } from "./log-line.ts";
import { levelOf } from "./level.ts";
import { plainText } from "./plain-text.ts";

/*
 * One line of output is one line of the log file:
 *
 *   2026-11-22T17:34:00.123Z 4711 out text as the program wrote it
 *   2026-11-22T17:34:00.124Z 4712 err+ the first part of a line that was too long
 *
 * time, sequence number, stream (`+`: the line goes on in the stream's next one), text. People read it with tail -f;
 * the text comes last and cannot hold a newline, so whatever it holds cannot be mistaken for a header.
 */

/** Bytes that a header takes at most. */
export const MAX_HEADER_BYTES = 48;

export const NEWLINE = 10;
const SPACE = 32;
const PLUS = 43;
const ZERO = 48;
const TIME_BYTES = 24;

/** The time as it stands in a header. */
export const timeBytes = (ms: number): Buffer => Buffer.from(new Date(ms).toISOString(), "latin1");

const STREAM_BYTES = { stdout: Buffer.from(" out"), stderr: Buffer.from(" err") } as const;

/** Writes a header at `at`; gives where the text begins. */
export function writeHeader(
  into: Buffer,
  at: number,
  time: Buffer,
  seq: number,
  stream: LogLine["stream"],
  cut: boolean,
): number {
  let place = at;
  for (let i = 0; i < TIME_BYTES; i++) into[place++] = time[i] ?? ZERO;
  into[place++] = SPACE;
  place = writeNumber(into, place, seq);
  const name = STREAM_BYTES[stream];
  for (let i = 0; i < name.length; i++) into[place++] = name[i] ?? SPACE;
  if (cut) into[place++] = PLUS;
  into[place++] = SPACE;
  return place;
}

function writeNumber(into: Buffer, at: number, value: number): number {
  let digits = 1;
  for (let power = 10; power <= value; power *= 10) digits++;
  let rest = value;
  for (let place = at + digits - 1; place >= at; place--) {
    const shorter = Math.floor(rest / 10);
    into[place] = ZERO + (rest - shorter * 10);
    rest = shorter;
  }
  return at + digits;
}

/** A line in a block of a log file: its header read, its text not yet. */
export interface RawLine {
  readonly bytes: Buffer;
  readonly start: number;
  /** Where its newline stands. */
  readonly end: number;
  readonly seq: number;
  readonly stream: LogLine["stream"];
  readonly cut: boolean;
  readonly textStart: number;
}

/** Reads a header; null for what is no line of ours (torn by a crash in the middle of a write, edited by hand). */
export function parseLine(bytes: Buffer, start: number, end: number): RawLine | null {
  if (end - start < TIME_BYTES + 7 || bytes[start + TIME_BYTES] !== SPACE || bytes[start + 10] !== 84)
    return null;
  let place = start + TIME_BYTES + 1;
  let seq = 0;
  for (; place < end && bytes[place] !== SPACE; place++) {
    const digit = (bytes[place] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return null;
    seq = seq * 10 + digit;
  }
  if (!Number.isSafeInteger(seq)) return null;
  const first = bytes[place + 1];
  const cut = bytes[place + 4] === PLUS;
  const textStart = place + (cut ? 6 : 5);
  if ((first !== 111 && first !== 101) || bytes[textStart - 1] !== SPACE || textStart > end) return null;
  return { bytes, start, end, seq, stream: first === 111 ? "stdout" : "stderr", cut, textStart };
}

/** When the line was read, ISO 8601. */
export const timeOf = (line: RawLine): string =>
  line.bytes.toString("latin1", line.start, line.start + TIME_BYTES);

/** The text for people and programs: without escape sequences; a part of a longer line ends with `…`. */
export const textOf = (line: RawLine): string =>
  plainText(line.bytes.toString("utf8", line.textStart, line.end)) + (line.cut ? "…" : "");

export function toLogLine(resource: string, line: RawLine, text: string = textOf(line)): LogLine {
  return { seq: line.seq, time: timeOf(line), resource, stream: line.stream, level: levelOf(text), text };
}

/** A line of the runtime itself about lines that are not there. */
export function gapLine(resource: string, seq: number, time: string, text: string): LogLine {
  return { seq, time, resource, stream: "stderr", level: "warn", text };
}

/** `1 234`: digits in groups, as the texts for people write numbers. */
export const grouped = (count: number): string => String(count).replace(/\B(?=(?:\d{3})+$)/g, " ");
