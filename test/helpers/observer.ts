import { once } from "node:events";
import { createServer } from "node:http";
import { z } from "zod";

const delivered = z.object({
  id: z.string(),
  type: z.string(),
  data: z.object({
    id: z.string(),
    subject: z.string(),
    data: z.object({
      correlationId: z.string(),
      causationId: z.string(),
      payload: z.record(z.string(), z.unknown()),
    }),
  }),
});

/** An event as the observer received it. */
export type Seen = z.infer<typeof delivered>;

/** An app on the bus that takes every event of the given types, and does nothing else. */
export class Observer {
  readonly port: number;
  readonly seen: Seen[] = [];
  #waiting: (() => void)[] = [];

  private constructor(port: number) {
    this.port = port;
  }

  static async start(t: { teardown(work: () => void): void }, topics: readonly string[]): Promise<Observer> {
    const server = createServer((request, response) => {
      response.setHeader("content-type", "application/json");
      if (request.method === "GET") {
        response.end(
          JSON.stringify(topics.map((topic) => ({ pubsubname: "agents-pubsub", topic, route: "/seen" }))),
        );
        return;
      }
      let body = "";
      request.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
      request.on("end", () => {
        observer.#take(delivered.parse(JSON.parse(body)));
        response.end('{"status":"SUCCESS"}');
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    t.teardown(() => {
      server.closeAllConnections();
      server.close();
    });
    const address = server.address();
    if (typeof address !== "object" || address === null) throw new Error("the observer has no port");
    const observer = new Observer(address.port);
    return observer;
  }

  /** Waits until `count` events of a type were seen, and gives them. */
  async until(type: string, count: number): Promise<readonly Seen[]> {
    for (;;) {
      const found = this.seen.filter((event) => event.type === type);
      if (found.length >= count) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #take(event: Seen): void {
    this.seen.push(event);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
