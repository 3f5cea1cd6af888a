import { parentPort, workerData } from "node:worker_threads";
import { packError } from "./cross-error.ts";
import { EmbeddedHost } from "./embedded-host.ts";
import type { EmbeddedHostOptions } from "./host-options.ts";
import type { Message, Request } from "./messages.ts";

/*
 * The worker's side of the port: the host lives here, on an event loop of its own. Entry of a worker thread; it is
 * never imported.
 */
const port = parentPort;
if (port === null) throw new Error("this file is the entry of a worker thread");
const say = (message: Message): void => port.postMessage(message);

try {
  const options: EmbeddedHostOptions = workerData;
  const host = new EmbeddedHost(options, (event) => say({ type: "event", event }));
  port.on("message", (request: Request) => {
    answer(host, request).then(
      (value) => {
        say({ type: "answer", n: request.n, answer: value });
        if (request.call === "close") port.close();
      },
      (error: unknown) => say({ type: "error", n: request.n, error: packError(error) }),
    );
  });
  say({ type: "ready" });
} catch (error) {
  say({ type: "broken", error: packError(error) });
}

async function answer(host: EmbeddedHost, request: Request): Promise<unknown> {
  switch (request.call) {
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
    case "inFlight":
      return host.inFlight();
    case "close":
      return host.close();
    default:
      return request satisfies never;
  }
}
