import type { Socket } from "node:net";
import { connect } from "node:net";
import { createBodyDecoder } from "./http-body.ts";

/**
 * A small HTTP/1.1 client for one peer: our own control server on loopback. `node:http` costs about 20 ms of start-up,
 * as much as Node itself, and commands such as `agents ps` should feel instant; `node:net` costs 2 ms.
 * One request a connection, no redirects, no keep-alive; bodies by length or in chunks (RFC 9112 §6, §7).
 */
export interface HttpRequest {
  readonly port: number;
  readonly method: "GET" | "POST";
  /** Path and query, already percent-encoded. */
  readonly target: string;
  readonly token: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds within which the answer must begin; without it, as long as it takes. */
  readonly patience?: number | undefined;
}

export interface HttpResponse {
  readonly status: number;
  /** Ends when the whole body has arrived; throws when the connection breaks before. Read it, or call `return`. */
  readonly body: AsyncGenerator<Buffer, void, undefined>;
}

const HEAD_END = Buffer.from("\r\n\r\n");
const MAX_HEAD = 64 * 1024;

/** Sends one request and answers once the head of the response is there. Aborting closes the connection at any time. */
export async function request(options: HttpRequest): Promise<HttpResponse> {
  options.signal?.throwIfAborted();
  const socket = connect({ host: "127.0.0.1", port: options.port });
  // Destroying with the reason makes every pending read reject with it.
  const abort = (): void => void socket.destroy(asError(options.signal?.reason));
  options.signal?.addEventListener("abort", abort, { once: true });
  socket.once("close", () => options.signal?.removeEventListener("abort", abort));
  socket.on("error", () => {}); // it is reported to whoever reads; with no reader there is nobody to tell
  const { patience } = options;
  const tooLate = (): void => void socket.destroy(new Error(`no answer within ${Number(patience) / 1000} s`));
  const late = patience === undefined ? undefined : setTimeout(tooLate, patience);
  try {
    socket.write(render(options));
    const chunks: AsyncIterator<Buffer> = socket.iterator({ destroyOnReturn: true });
    const head = await readHead(chunks);
    return { status: head.status, body: readBody(socket, chunks, head) };
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(late);
  }
}

function render({ port, method, target, token, body }: HttpRequest): Buffer {
  const payload = body === undefined ? null : Buffer.from(JSON.stringify(body));
  const lines = [
    `${method} ${target} HTTP/1.1`,
    `host: 127.0.0.1:${port}`,
    `authorization: Bearer ${token}`,
    "connection: close",
    ...(payload === null ? [] : ["content-type: application/json", `content-length: ${payload.length}`]),
    ...(payload === null && method === "POST" ? ["content-length: 0"] : []),
  ];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), payload ?? Buffer.alloc(0)]);
}

interface Head {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  /** What came with the head. */
  readonly rest: Buffer;
}

async function readHead(chunks: AsyncIterator<Buffer>): Promise<Head> {
  let seen = Buffer.alloc(0);
  for (;;) {
    const { value, done } = await chunks.next();
    if (done === true) throw new Error("the connection was closed before an answer came");
    seen = Buffer.concat([seen, value]);
    const end = seen.indexOf(HEAD_END);
    if (end >= 0) return parseHead(seen.toString("latin1", 0, end), seen.subarray(end + HEAD_END.length));
    if (seen.length > MAX_HEAD) throw new Error("the answer is not HTTP");
  }
}

function parseHead(text: string, rest: Buffer): Head {
  const [statusLine = "", ...lines] = text.split("\r\n");
  const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(statusLine)?.[1]);
  if (Number.isNaN(status)) throw new Error("the answer is not HTTP");
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  return { status, headers, rest };
}

async function* readBody(
  socket: Socket,
  chunks: AsyncIterator<Buffer>,
  head: Head,
): AsyncGenerator<Buffer, void, undefined> {
  const decoder = createBodyDecoder(head.headers, head.status);
  try {
    let piece: Buffer | null = head.rest;
    for (;;) {
      yield* decoder.feed(piece);
      if (decoder.complete) return;
      const { value, done } = await chunks.next();
      if (done === true) {
        if (decoder.endsWithConnection) return;
        throw new Error("the connection was closed in the middle of an answer");
      }
      piece = value;
    }
  } finally {
    socket.destroy();
  }
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));
