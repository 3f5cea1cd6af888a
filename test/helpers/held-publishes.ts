import { once } from "node:events";
import { createServer, request as ask } from "node:http";
import type { Server } from "node:http";

/**
 * What stands before a sidecar and passes everything on but what is published: that is taken and never answered. An agent
 * behind it stays between save and publish for as long as one likes.
 */
export class HeldPublishes {
  /** The body of the first event that was held. */
  readonly published: Promise<string>;
  readonly #servers: Server[] = [];
  readonly #held: (body: string) => void;

  constructor(t: { teardown(work: () => void): void }) {
    const { promise, resolve } = Promise.withResolvers<string>();
    this.published = promise;
    this.#held = resolve;
    t.teardown(() => {
      for (const server of this.#servers) server.closeAllConnections();
      for (const server of this.#servers) server.close();
    });
  }

  /** @returns The port to give to the agent instead of the sidecar's. */
  async before(sidecar: number): Promise<number> {
    const server = createServer((request, response) => {
      if (request.url?.includes("/publish/") === true) {
        let body = "";
        request.on("data", (chunk: Buffer) => (body += chunk.toString()));
        request.on("end", () => this.#held(body));
        return;
      }
      const { method = "GET", url = "/", headers } = request;
      const passed = ask({ host: "127.0.0.1", port: sidecar, method, path: url, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      passed.on("error", () => response.destroy());
      request.pipe(passed);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    this.#servers.push(server);
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }
}
