import t from "tap";
import type { LogFrame } from "../../../src/runtime/resources/container/log-frames.ts";
import { LogCursor, LogFrames } from "../../../src/runtime/resources/container/log-frames.ts";

function encode(stream: 1 | 2, at: string, text: string): Buffer {
  const payload = Buffer.from(`${at} ${text}`);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

const at = (nanos: number): string => `2026-01-01T00:00:00.${String(nanos).padStart(9, "0")}Z`;

t.test("frames come out whole, wherever their bytes are cut", async (t) => {
  const all = Buffer.concat([
    encode(1, at(1), "one\n"),
    encode(2, at(2), "ü two words\n"),
    encode(1, at(3), ""),
    encode(1, at(4), "no newline"),
  ]);
  for (let size = 1; size <= all.length; size += 1) {
    const frames: string[] = [];
    const reader = new LogFrames();
    for (let from = 0; from < all.length; from += size)
      reader.push(all.subarray(from, from + size), ({ stream, bytes }) =>
        frames.push(`${stream} ${String(bytes)}`),
      );
    t.strictSame(
      frames,
      ["stdout one\n", "stderr ü two words\n", "stdout ", "stdout no newline"],
      `cut at ${size}`,
    );
  }
});

const frame = (stream: LogFrame["stream"], nanos: number): LogFrame => ({
  stream,
  at: at(nanos),
  bytes: Buffer.from("x"),
});

t.test(
  "a second reading repeats nothing and leaves nothing out, also among frames of one time",
  async (t) => {
    const cursor = new LogCursor();
    t.equal(cursor.since, null);
    cursor.begin();
    t.ok(
      [frame("stdout", 1), frame("stdout", 5), frame("stdout", 5), frame("stderr", 9)].every((one) =>
        cursor.take(one),
      ),
    );
    t.equal(cursor.since, "1767225600.000000005", "from where the stream is that is behind");
    cursor.begin();
    const again = [
      frame("stdout", 5),
      frame("stdout", 5),
      frame("stdout", 5),
      frame("stderr", 9),
      frame("stderr", 10),
    ];
    t.strictSame(
      again.map((one) => cursor.take(one)),
      [false, false, true, false, true],
    );
  },
);

t.test("within one reading a clock that is set back hides no line", async (t) => {
  const cursor = new LogCursor();
  cursor.begin();
  t.strictSame(
    [9, 3, 3, 10].map((nanos) => cursor.take(frame("stdout", nanos))),
    [true, true, true, true],
  );
});
