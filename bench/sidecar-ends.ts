/**
 * The two ends of the sidecar's benchmarks, each a process of its own as in real life: `app` takes events, `publisher`
 * sends them. Times are of the machine's monotonic clock, which all processes share, in ms.
 */
import { Agent, createServer, request } from "node:http";

export type Command =
  /** Publisher: so many events, so many in flight, `everyMs` apart where that is not 0. */
  | {
      readonly do: "publish";
      readonly url: string;
      readonly events: number;
      readonly inFlight: number;
      readonly everyMs: number;
    }
  /** App: answer once so many events have come since the last time. */
  | { readonly do: "collect"; readonly events: number };

export type Report =
  | { readonly is: "listening"; readonly port: number }
  /** When each event was published, or handled, by its number. */
  | { readonly is: "times"; readonly times: readonly number[] }
  /** The same, and how long each took until it was accepted. */
  | { readonly is: "published"; readonly times: readonly number[]; readonly took: readonly number[] };

const now = (): number => Number(process.hrtime.bigint()) / 1e6;
const report = (message: Report): void => void process.send?.(message);

function app(): void {
  let times: number[] = [];
  let count = 0;
  let wanted = Number.POSITIVE_INFINITY;
  const done = (): void => {
    if (count < wanted) return;
    report({ is: "times", times });
    times = [];
    count = 0;
    wanted = Number.POSITIVE_INFINITY;
  };
  const server = createServer((incoming, response) => {
    if (incoming.url === "/dapr/subscribe") {
      response.end(JSON.stringify([{ pubsubname: "agents-pubsub", topic: "bench", route: "/handle" }]));
      return;
    }
    const at = now();
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      response.writeHead(200);
      response.end();
      times[Number(/"n":(\d+)/u.exec(Buffer.concat(chunks).toString())?.[1])] = at;
      count += 1;
      done();
    });
  });
  process.on("message", (command: Command) => {
    if (command.do !== "collect") return;
    wanted = command.events;
    done();
  });
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    report({ is: "listening", port: typeof address === "object" && address !== null ? address.port : 0 });
  });
}

function publisher(): void {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  /** 250 bytes of data, as a small event has. */
  const padding = "x".repeat(230);
  const send = (url: string, n: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const body = Buffer.from(`{"n":${n},"padding":"${padding}"}`);
      const headers = { "content-type": "application/json", "content-length": body.byteLength };
      const outgoing = request(url, { method: "POST", agent, headers }, (incoming) => {
        incoming.resume();
        incoming.on("end", () =>
          incoming.statusCode === 204 || incoming.statusCode === 200
            ? resolve()
            : reject(new Error(`status ${incoming.statusCode}`)),
        );
      });
      outgoing.on("error", reject);
      outgoing.end(body);
    });
  const publish = async ({
    url,
    events,
    inFlight,
    everyMs,
  }: Extract<Command, { do: "publish" }>): Promise<void> => {
    const times: number[] = [];
    const took: number[] = [];
    let next = 0;
    const one = async (): Promise<void> => {
      while (next < events) {
        const n = next;
        next += 1;
        const began = now();
        times[n] = began;
        await send(url, n);
        took[n] = now() - began;
        if (everyMs > 0) await new Promise((resolve) => setTimeout(resolve, everyMs));
      }
    };
    await Promise.all(Array.from({ length: inFlight }, one));
    report({ is: "published", times, took });
  };
  process.on("message", (command: Command) => {
    if (command.do === "publish") void publish(command);
  });
}

process.on("disconnect", () => process.exit(0));
if (process.argv[2] === "app") app();
else publisher();
