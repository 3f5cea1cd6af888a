import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingHttpHeaders, ServerResponse } from "node:http";

/** A request as the receiver of a webhook got it. */
export interface Call {
  readonly key: string;
  readonly headers: IncomingHttpHeaders;
  /** Its JSON. */
  readonly body: unknown;
  answer(status: number, headers?: Readonly<Record<string, string>>, text?: string): void;
  /** Answers, and closes the connection in the middle of the text. */
  breakOff(status: number): void;
}

/** The other end of the channels that speak HTTP: the test decides what it answers, and when. */
export class WebhookReceiver {
  readonly calls: Call[] = [];
  url = "";
  #waiting: (() => void)[] = [];

  static async start(t: { teardown(work: () => void): void }): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver();
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => receiver.#note(request.headers, Buffer.concat(chunks).toString(), response));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    receiver.url =
      typeof address === "object" && address !== null ? `http://127.0.0.1:${address.port}/hook` : "";
    t.teardown(() => {
      server.closeAllConnections();
      server.close();
    });
    return receiver;
  }

  /** The call of that number, counted from 1, once it is there. */
  async call(number: number): Promise<Call> {
    for (;;) {
      const found = this.calls[number - 1];
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #note(headers: IncomingHttpHeaders, text: string, response: ServerResponse): void {
    this.calls.push({
      key: String(headers["idempotency-key"]),
      headers,
      body: JSON.parse(text) as unknown,
      answer: (status, more = {}, answer = "") => void response.writeHead(status, more).end(answer),
      breakOff: (status) => {
        response.writeHead(status, { "content-length": "1000" });
        response.write('{"messageId":', () => response.destroy());
      },
    });
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
