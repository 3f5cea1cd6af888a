import { test } from "tap";
import { LineSplitter, MAX_LINE_BYTES } from "../../../src/runtime/feed/line-splitter.ts";

/** The same, thought of as simply as possible: all bytes at once. */
function naive(all: Buffer): readonly string[] {
  const lines: string[] = [];
  const pieces = all.toString("latin1").split("\n");
  pieces.forEach((piece, index) => {
    const isLast = index === pieces.length - 1;
    if (isLast && (piece === "" || piece === "\r")) return;
    let rest = piece;
    while (rest.length > MAX_LINE_BYTES + 1) {
      let border = MAX_LINE_BYTES;
      while (border > MAX_LINE_BYTES - 4 && (rest.charCodeAt(border) & 0xc0) === 0x80) border--;
      if (border === MAX_LINE_BYTES - 4) border = MAX_LINE_BYTES;
      lines.push(`${rest.slice(0, border)}+`);
      rest = rest.slice(border);
    }
    lines.push(rest.replace(/\r$/, ""));
  });
  return lines;
}

function split(chunks: readonly Buffer[]): readonly string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((bytes, start, end, cut) => {
    lines.push(Buffer.from(bytes.subarray(start, end)).toString("latin1") + (cut ? "+" : ""));
  });
  for (const chunk of chunks) {
    splitter.push(chunk);
    chunk.fill(0x21); // a chunk may be used again once it was taken
  }
  splitter.end();
  return lines;
}

/** Numbers that are the same in every run (mulberry32), so that a failure can be looked at again. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function randomOutput(random: (below: number) => number): Buffer {
  const pieces = ["\n", "\r\n", "\r", "\0", "a", "äöü", "🙂", "\u001b[31mred\u001b[0m", " ", "\n\n"].map(
    (text) => Buffer.from(text),
  );
  pieces.push(Buffer.from([0xff, 0xfe, 0x80, 0x80, 0x80, 0x80]));
  const parts = Array.from({ length: random(200) }, () => {
    const kind = random(40);
    if (kind === 0) return Buffer.alloc(MAX_LINE_BYTES - 3 + random(8), "x");
    if (kind === 1) return Buffer.from("é".repeat(MAX_LINE_BYTES / 2 + random(3)));
    return pieces[random(pieces.length)] ?? Buffer.alloc(0);
  });
  return Buffer.concat(parts);
}

function randomChunks(all: Buffer, random: (below: number) => number): readonly Buffer[] {
  const chunks: Buffer[] = [];
  const longest = [1, 7, 100, 70_000][random(4)] ?? 1;
  for (let at = 0; at < all.length;) {
    const length = 1 + random(longest);
    chunks.push(Buffer.from(all.subarray(at, at + length)));
    at += length;
  }
  return chunks;
}

void test("Lines are the same wherever the borders of the chunks are", (t) => {
  for (let seed = 1; seed <= 100; seed++) {
    const random = randomFrom(seed);
    const all = randomOutput(random);
    const expected = naive(all);
    const found = split(randomChunks(all, random));
    if (found.length !== expected.length || found.some((line, index) => line !== expected[index])) {
      t.same(found, expected, `seed ${seed}`);
    }
  }
  t.pass("100 random outputs");
  t.end();
});

void test("A line that is too long comes in parts that are never cut within a character", (t) => {
  const text = "€".repeat(100_000);
  const parts = split([Buffer.from(`${text}\nafter\n`)]);
  t.equal(parts.at(-1), "after");
  t.equal(parts.length, 6);
  const decoded = parts
    .slice(0, -1)
    .map((part) => Buffer.from(part.replace(/\+$/, ""), "latin1").toString("utf8"));
  t.ok(decoded.every((part) => !part.includes("\ufffd")));
  t.equal(decoded.join(""), text);
  t.end();
});

void test("A program that never writes a newline costs at most one line of memory", (t) => {
  let parts = 0;
  const splitter = new LineSplitter(() => parts++);
  for (let i = 0; i < 1000; i++) {
    splitter.push(Buffer.alloc(10_000, "x"));
    if (splitter.pending > MAX_LINE_BYTES + 1) t.fail(`${splitter.pending} bytes wait`);
  }
  t.ok(parts >= 150);
  t.end();
});

void test("A last line without a newline is a line, an empty rest is none", (t) => {
  t.same(split([Buffer.from("a\nb")]), ["a", "b"]);
  t.same(split([Buffer.from("a\n")]), ["a"]);
  t.same(split([Buffer.from("a\r\n\r\nb\r\n")]), ["a", "", "b"]);
  t.same(split([]), []);
  t.end();
});
