import { parentPort } from "node:worker_threads";
import { releaseMemory } from "../../../release-memory.ts";
import { packError } from "./cross-error.ts";
import { EmbeddedHost } from "./embedded-host.ts";
import type { Message, Request } from "./messages.ts";

/* The worker's side of the port: the host lives here, on an event loop of its own. */
const port = parentPort;
if (port === null) throw new Error("this file is the entry of a worker thread");
const say = (message: Message): void => port.postMessage(message);

let opened: EmbeddedHost | null = null;

port.on("message", (request: Request) => {
  void answer(request)
    .then(
      (value) => say({ type: "answer", n: request.n, answer: value }),
      (error: unknown) => say({ type: "error", n: request.n, error: packError(error) }),
    )
    .finally(() => {
      // However closing went: nothing more is asked.
      if (request.call === "close") port.close();
    });
});

async function answer(request: Request): Promise<unknown> {
  if (request.call === "open") {
    opened = await EmbeddedHost.open(request.args, (event) => say({ type: "event", event }));
    return null;
  }
  if (opened === null) {
    if (request.call === "close") return null;
    throw new Error(`${request.call} was asked before open`);
  }
  return await answerOf(opened, request);
}

async function answerOf(host: EmbeddedHost, request: Exclude<Request, { call: "open" }>): Promise<unknown> {
  switch (request.call) {
    case "place":
      return host.place(request.args);
    case "configure":
      return host.configure(request.args);
    case "start":
      return host.start(request.args);
    case "appReady":
      host.appReady(request.args);
      return null;
    case "appGone":
      return host.appGone(request.args.appId, request.args.graceMs);
    case "stop":
      return host.stop(request.args);
    case "forget":
      return host.forget(request.args);
    case "publish":
      return host.publish(request.args);
    case "replay":
      return host.replay(request.args.eventId, request.args.to);
    case "retry":
      return host.retry(request.args);
    case "daprd":
      return host.daprd(request.args);
    case "caughtUp":
      return host.caughtUp();
    case "releaseMemory":
      releaseMemory();
      return null;
    case "close":
      return host.close();
    default:
      return request satisfies never;
  }
}
