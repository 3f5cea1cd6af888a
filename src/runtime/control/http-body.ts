/** Takes the bytes of one HTTP response body apart: by length, in chunks (RFC 9112 §7.1), or until the connection ends. */
export interface BodyDecoder {
  /** The payload in these bytes. */
  feed(bytes: Buffer): Iterable<Buffer>;
  /** True once the body has ended as it should. */
  readonly complete: boolean;
  /** True where only the end of the connection ends the body. */
  readonly endsWithConnection: boolean;
}

export function createBodyDecoder(headers: ReadonlyMap<string, string>, status: number): BodyDecoder {
  if (status === 204 || status === 304) return new LengthDecoder(0);
  if (headers.get("transfer-encoding")?.toLowerCase() === "chunked") return new ChunkedDecoder();
  const length = headers.get("content-length");
  return new LengthDecoder(length === undefined ? null : Number(length));
}

class LengthDecoder implements BodyDecoder {
  #left: number | null;

  constructor(length: number | null) {
    this.#left = length;
  }

  get complete(): boolean {
    return this.#left === 0;
  }

  get endsWithConnection(): boolean {
    return this.#left === null;
  }

  *feed(bytes: Buffer): Iterable<Buffer> {
    const piece = this.#left === null ? bytes : bytes.subarray(0, this.#left);
    if (this.#left !== null) this.#left -= piece.length;
    if (piece.length > 0) yield piece;
  }
}

/** What comes next in a chunked body. */
type Expect =
  | { readonly at: "size" }
  | { at: "data"; left: number }
  | { at: "data-end" }
  | { at: "trailer" }
  | { at: "end" };

class ChunkedDecoder implements BodyDecoder {
  readonly endsWithConnection = false;
  #expect: Expect = { at: "size" };
  /** A line (size or trailer) that has not ended yet. */
  #line = "";

  get complete(): boolean {
    return this.#expect.at === "end";
  }

  *feed(bytes: Buffer): Iterable<Buffer> {
    let at = 0;
    while (at < bytes.length && this.#expect.at !== "end") {
      if (this.#expect.at === "data") {
        const piece = bytes.subarray(at, at + this.#expect.left);
        at += piece.length;
        const left = this.#expect.left - piece.length;
        this.#expect = left > 0 ? { at: "data", left } : { at: "data-end" };
        yield piece;
        continue;
      }
      const newline = bytes.indexOf(10, at);
      const end = newline < 0 ? bytes.length : newline;
      this.#line += bytes.toString("latin1", at, end);
      at = end + 1;
      if (newline >= 0) this.#onLine();
    }
  }

  #onLine(): void {
    const line = this.#line.trim();
    this.#line = "";
    switch (this.#expect.at) {
      case "size": {
        if (!/^[0-9a-f]{1,12}(?:;|$)/i.test(line)) throw new Error("the answer is not chunked as HTTP asks");
        const size = Number.parseInt(line, 16);
        this.#expect = size === 0 ? { at: "trailer" } : { at: "data", left: size };
        return;
      }
      case "data-end":
        this.#expect = { at: "size" };
        return;
      case "trailer":
        if (line === "") this.#expect = { at: "end" };
        return;
      case "data":
      case "end":
        return;
      default:
        this.#expect satisfies never;
    }
  }
}
