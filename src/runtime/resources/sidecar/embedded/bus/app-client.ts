import {
  Agent,
  request,
  type ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from "node:http";
import { StringDecoder } from "node:string_decoder";
import type { Attempt } from "./outcome.ts";
import type { Slots } from "./slots.ts";

const ANSWER_LIMIT = 64 * 1024;

export interface AppAddress {
  readonly port: number;
  readonly host: string;
}

/** One app's HTTP channel: kept-alive connections, no redirects, a timeout of ours. */
export class AppClient {
  readonly #address: AppAddress;
  readonly #agent: Agent;
  readonly #slots: Slots | null;

  /** `slots`: shared with whatever else calls the app; null = no limit beyond that of the connections. */
  constructor(address: AppAddress, connections: number, slots: Slots | null = null) {
    this.#address = address;
    this.#slots = slots;
    // Idle connections go after 2 s: many servers close theirs after 5 s, and a request must not meet that.
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections, scheduling: "lifo", timeout: 2000 });
  }

  post(path: string, headers: OutgoingHttpHeaders, body: Uint8Array, timeoutMs: number): Promise<Attempt> {
    const send = (): Promise<Attempt> => this.#call("POST", path, headers, body, timeoutMs);
    return this.#slots === null ? send() : inSlot(this.#slots, send);
  }

  options(path: string, headers: OutgoingHttpHeaders, timeoutMs: number): Promise<Attempt> {
    return this.#call("OPTIONS", path, headers, null, timeoutMs);
  }

  get(path: string, headers: OutgoingHttpHeaders, timeoutMs: number): Promise<Attempt> {
    return this.#call("GET", path, headers, null, timeoutMs);
  }

  /** Closes every connection; what is in flight breaks. */
  close(): void {
    this.#agent.destroy();
  }

  #call(
    method: string,
    path: string,
    headers: OutgoingHttpHeaders,
    body: Uint8Array | null,
    timeoutMs: number,
  ): Promise<Attempt> {
    return new Promise((resolve) => {
      let connected = false;
      let call: ClientRequest;
      try {
        call = request({ ...this.#address, method, path, headers, agent: this.#agent });
      } catch (error) {
        resolve(unsendable(error));
        return;
      }
      const deadline = setTimeout(() => finish({ at: "timeout", afterMs: timeoutMs }), timeoutMs);
      const finish = (attempt: Attempt): void => {
        clearTimeout(deadline);
        resolve(attempt);
        if (attempt.at !== "answered") call.destroy();
      };
      call.on("socket", (socket) => {
        if (!socket.connecting) connected = true;
        else socket.once("connect", () => (connected = true));
      });
      call.on("response", (response) => readAnswer(response, finish));
      call.on("upgrade", (_response, socket) => {
        socket.destroy();
        finish({ at: "broken", message: "the app changed the protocol" });
      });
      call.on("error", (error) => finish({ at: connected ? "broken" : "refused", message: error.message }));
      try {
        if (body === null) call.end();
        else call.end(body);
      } catch (error) {
        finish(unsendable(error));
      }
    });
  }
}

async function inSlot(slots: Slots, send: () => Promise<Attempt>): Promise<Attempt> {
  const giveBack = await slots.take();
  try {
    return await send();
  } finally {
    giveBack();
  }
}

/** Node refuses a path or a header. */
function unsendable(error: unknown): Attempt {
  return { at: "unsendable", message: error instanceof Error ? error.message : String(error) };
}

function readAnswer(response: IncomingMessage, finish: (attempt: Attempt) => void): void {
  const decoder = new StringDecoder("utf8");
  let text = "";
  response.on("data", (chunk: Buffer) => {
    if (text.length < ANSWER_LIMIT) text += decoder.write(chunk);
  });
  response.on("end", () => finish({ at: "answered", status: response.statusCode ?? 0, body: text }));
  // `close` without `end`: the app died while it answered.
  response.on("close", () => {
    if (!response.complete) finish({ at: "broken", message: "the answer ended early" });
  });
}
