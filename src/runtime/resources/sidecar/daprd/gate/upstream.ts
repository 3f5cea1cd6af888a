import { Agent, request, type ClientRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { finished, Transform, type TransformCallback } from "node:stream";
import { endToEndHeaders } from "./headers.ts";

const MAX_HEADER_BYTES = 64 * 1024;
/** More of an answer is not looked at; it is passed on whole. */
const ANSWER_LIMIT = 4 * 1024 * 1024;

/** A request on its way to the app. */
export interface Sent {
  readonly request: ClientRequest;
  /** Resolves once there is a connection to send on. */
  readonly connected: Promise<"connected" | "refused">;
  /** Resolves with the answer's head; null where the connection broke before. */
  readonly answered: Promise<IncomingMessage | null>;
  /** What went wrong, once `answered` is null. */
  why(): string;
}

/** The way to the app: kept-alive connections on loopback. */
export class Upstream {
  readonly #port: number;
  // Idle connections go after 2 s: many servers close theirs after 5 s, and a request must not meet that.
  readonly #agent = new Agent({ keepAlive: true, scheduling: "lifo", timeout: 2000, maxFreeSockets: 256 });

  constructor(port: number) {
    this.#port = port;
  }

  /** Sends a request's head; the body is the caller's to write. `headers`: name, value, name, value … */
  send(host: string, method: string, path: string, headers: readonly string[]): Sent {
    const call = request({
      host,
      port: this.#port,
      method,
      path,
      headers,
      agent: this.#agent,
      maxHeaderSize: MAX_HEADER_BYTES,
    });
    let why = "the connection broke";
    const connected = new Promise<"connected" | "refused">((resolve) => {
      call.once("socket", (socket) => {
        if (!socket.connecting) resolve("connected");
        else socket.once("connect", () => resolve("connected"));
      });
      call.once("close", () => resolve("refused"));
    });
    const answered = new Promise<IncomingMessage | null>((resolve) => {
      call.once("response", resolve);
      call.on("error", (error) => (why = error.message));
      call.once("close", () => resolve(null));
    });
    return { request: call, connected, answered, why: () => why };
  }

  /** Breaks what is in flight and closes the rest. */
  close(): void {
    this.#agent.destroy();
  }
}

/**
 * Passes an answer on as it is, trailers included. Resolves once it is over. Where one side breaks the
 * other is broken as well, since nothing else tells that an answer is cut.
 *
 * @param beforeEnd Null: nothing is waited for. Given the beginning of the answer once all of it is there; the caller has the end of it only when this
 * resolves, and not at all where it rejects.
 */
export function passAnswer(
  answer: IncomingMessage,
  response: ServerResponse,
  beforeEnd: ((beginning: string) => Promise<void>) | null,
): Promise<"passed" | "cut by the app" | "cut by the caller"> {
  return new Promise((resolve) => {
    // The app's own Date, or none.
    response.sendDate = false;
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? "", endToEndHeaders(answer));
    answer.once("end", () => {
      const { rawTrailers } = answer;
      const pairs = rawTrailers.flatMap((name, at): [string, string][] =>
        at % 2 === 0 ? [[name, rawTrailers[at + 1] ?? ""]] : [],
      );
      if (pairs.length > 0) response.addTrailers(pairs);
    });
    const brokeOff = (): void => {
      if (answer.complete || response.destroyed) return;
      resolve("cut by the app");
      response.destroy();
    };
    answer.on("error", brokeOff);
    // `close` without `end`: the app went away in the middle of it.
    answer.once("close", brokeOff);
    finished(response, (error) => {
      if (error !== undefined && error !== null) answer.destroy();
      resolve((error ?? null) === null ? "passed" : "cut by the caller");
    });
    if (beforeEnd === null) {
      answer.pipe(response);
      return;
    }
    const held = new HeldBack(beforeEnd);
    held.once("error", () => response.destroy());
    answer.pipe(held).pipe(response);
  });
}

/** Holds an answer back until something is done about it. One that is longer than anybody reads passes but for its end. */
class HeldBack extends Transform {
  readonly #beforeEnd: (beginning: string) => Promise<void>;
  #held: Buffer[] = [];
  #size = 0;
  #beginning: string | null = null;

  constructor(beforeEnd: (beginning: string) => Promise<void>) {
    super();
    this.#beforeEnd = beforeEnd;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#held.push(chunk);
    this.#size += chunk.byteLength;
    if (this.#size > ANSWER_LIMIT) {
      this.#beginning ??= Buffer.concat(this.#held).toString();
      // The last piece is kept: without it the answer is not there.
      for (const piece of this.#held.splice(0, this.#held.length - 1)) this.push(piece);
    }
    done();
  }

  override _flush(done: TransformCallback): void {
    const beginning = this.#beginning ?? Buffer.concat(this.#held).toString();
    this.#beforeEnd(beginning).then(() => {
      for (const piece of this.#held) this.push(piece);
      done();
    }, done);
  }
}
