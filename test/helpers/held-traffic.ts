import { once } from "node:events";
import { createServer, request as ask } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";

/** What is held on its way through: requests to some paths, or the answers to them. */
interface Holding {
  readonly what: "requests" | "answers";
  readonly to: RegExp;
}

/**
 * What stands before a server and passes everything on but what it is to hold: that is taken and never given. So a process
 * stays between two steps for as long as one likes.
 */
export class HeldTraffic {
  /** The body of the first request that was held, or whose answer was. */
  readonly first: Promise<string>;
  /** Resolves when the first request whose answer is held has been passed on. */
  readonly passed: Promise<void>;
  readonly #servers: Server[] = [];
  readonly #pass: () => void;
  readonly #holding: Holding;
  readonly #held: (body: string) => void;

  constructor(t: { teardown(work: () => void): void }, holding: Holding) {
    const { promise, resolve } = Promise.withResolvers<string>();
    const passing = Promise.withResolvers<void>();
    this.passed = passing.promise;
    this.#pass = passing.resolve;
    this.first = promise;
    this.#held = resolve;
    this.#holding = holding;
    t.teardown(() => {
      this.drop();
      for (const server of this.#servers) server.close();
    });
  }

  /** @returns The port to give out instead of the server's. */
  async before(target: number): Promise<number> {
    const server = createServer((request, response) => void this.#take(target, request, response));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    this.#servers.push(server);
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** Breaks the connections: what is held never arrives. */
  drop(): void {
    for (const server of this.#servers) server.closeAllConnections();
  }

  async #take(target: number, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET", url = "/", headers } = request;
    const body = await bodyOf(request);
    const held = this.#holding.to.test(url) ? this.#holding.what : null;
    if (held === "requests") {
      this.#held(body);
      return;
    }
    const passed = ask({ host: "127.0.0.1", port: target, method, path: url, headers }, (answer) => {
      if (held === "answers") {
        answer.resume().on("end", () => this.#held(body));
        return;
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on("error", () => response.destroy());
    passed.end(body, () => {
      if (held === "answers") this.#pass();
    });
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  request.setEncoding("utf8");
  for await (const chunk of request) body += String(chunk);
  return body;
}
