import type { LogLine } from "../../../src/runtime/feed/log-line.ts";

export async function all(lines: AsyncIterable<LogLine>): Promise<readonly LogLine[]> {
  const read: LogLine[] = [];
  for await (const line of lines) read.push(line);
  return read;
}

export async function texts(lines: AsyncIterable<LogLine>): Promise<readonly string[]> {
  return (await all(lines)).map(({ text }) => text);
}

/** The next `count` lines of an iteration that goes on. */
export async function take(lines: AsyncIterator<LogLine>, count: number): Promise<readonly LogLine[]> {
  const read: LogLine[] = [];
  while (read.length < count) {
    const { value, done } = await lines.next();
    if (done === true) break;
    read.push(value);
  }
  return read;
}

/** What is wrong with the lines of `numbered-lines.ts`, if anything. */
export function faults(lines: readonly LogLine[]): readonly string[] {
  const next = new Map<string, number>();
  const found: string[] = [];
  let lastSeq = 0;
  for (const { seq, resource, text } of lines) {
    const expected = next.get(resource) ?? 0;
    if (!/^\d{9} x{89}$/.test(text)) found.push(`torn: ${JSON.stringify(text)}`);
    else if (Number(text.slice(0, 9)) !== expected)
      found.push(`${resource}: ${text.slice(0, 9)} where ${expected} is due`);
    if (seq <= lastSeq) found.push(`number ${seq} after ${lastSeq}`);
    next.set(resource, expected + 1);
    lastSeq = seq;
  }
  return found.slice(0, 5);
}
