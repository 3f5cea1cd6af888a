import { createReadStream, createWriteStream } from "node:fs";
import { realpath, rm } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { invalid } from "agents-apphost/kit";
import type { ModelFiles } from "../application/ports.ts";

/** The folder of BIMCLASSIFICATION_FILES_DIR: files that are too large for a request are read from and written to it. */
export class FilesFolder implements ModelFiles {
  readonly #dir: string | null;

  constructor(dir: string | null) {
    this.#dir = dir;
  }

  async *pieces(file: string): AsyncIterable<string> {
    const path = await this.#inside(file, file);
    const encoding = await encodingOf(path);
    yield* decoded(path, encoding);
  }

  async copyWith(
    file: string,
    to: string,
    { offset, text }: { readonly offset: number; readonly text: string },
  ): Promise<void> {
    const from = await this.#inside(file, file);
    const path = join(await this.#inside(dirname(to), to), relative(dirname(to), to));
    const encoding = await encodingOf(from);
    try {
      await pipeline(
        inserted(decoded(from, encoding), offset, text),
        createWriteStream(path, { flags: "wx", encoding: WRITTEN[encoding] }),
      );
    } catch (error) {
      if (isCode(error, "EEXIST")) throw refused("to", `${to} is there already`);
      await rm(path, { force: true });
      throw error;
    }
  }

  /** The real path of something in the folder. @throws Problem 422 */
  async #inside(name: string, shown: string): Promise<string> {
    if (this.#dir === null)
      throw refused(
        "file",
        "this agent reads no files: set BIMCLASSIFICATION_FILES_DIR to a folder of models",
      );
    try {
      const root = await realpath(this.#dir);
      const path = await realpath(resolve(root, name));
      // A link may not lead out either.
      if (path === root || path.startsWith(`${root}/`)) return path;
    } catch (error) {
      if (!isCode(error, "ENOENT") && !isCode(error, "ENOTDIR")) throw error;
    }
    throw refused("file", `there is no file ${shown} in the folder of models`);
  }
}

type Encoding = "utf-8" | "utf-16le" | "latin1";

/** What Node calls it. */
const WRITTEN = { "utf-8": "utf8", "utf-16le": "utf16le", latin1: "latin1" } as const;

/**
 * ISO 10303-21 is ASCII; what goes beyond is UTF-8 in newer files and Latin-1 in older ones. A table that a spreadsheet wrote
 * as "Unicode text" is UTF-16 and begins with its mark.
 */
async function encodingOf(path: string): Promise<Encoding> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let first = true;
  try {
    for await (const chunk of createReadStream(path)) {
      const bytes = toBytes(chunk);
      if (first && bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
      first = false;
      decoder.decode(bytes, { stream: true });
    }
    decoder.decode();
    return "utf-8";
  } catch (error) {
    if (error instanceof TypeError) return "latin1";
    throw isCode(error, "EISDIR") ? refused("file", "it is a folder") : error;
  }
}

/** A mark at the beginning stays: it belongs to a copy. */
async function* decoded(path: string, encoding: Encoding): AsyncIterable<string> {
  const chunks = createReadStream(path, { highWaterMark: 256 * 1024 });
  if (encoding === "latin1") {
    // Not by a TextDecoder, whose latin1 is Windows-1252.
    for await (const chunk of chunks) yield toBytes(chunk).toString("latin1");
    return;
  }
  const decoder = new TextDecoder(encoding, { ignoreBOM: true });
  for await (const chunk of chunks) yield decoder.decode(toBytes(chunk), { stream: true });
  yield decoder.decode();
}

async function* inserted(pieces: AsyncIterable<string>, offset: number, text: string): AsyncIterable<string> {
  let seen = 0;
  for await (const piece of pieces) {
    const at = offset - seen;
    const here = at >= 0 && at < piece.length;
    yield here ? piece.slice(0, at) + text + piece.slice(at) : piece;
    seen += piece.length;
  }
}

function toBytes(chunk: unknown): Buffer {
  if (Buffer.isBuffer(chunk)) return chunk;
  throw new TypeError("A file is read in bytes.");
}

function refused(path: string, message: string): Error {
  return invalid(`${path}: ${message}`, [{ path, message }]);
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
