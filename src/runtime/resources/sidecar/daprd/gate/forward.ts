import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import type { AppPresence } from "./app-presence.ts";
import { endToEndHeaders, withHost } from "./headers.ts";
import { passAnswer, type Upstream } from "./upstream.ts";

export interface ForwardContext {
  readonly presence: AppPresence;
  readonly upstream: Upstream;
  readonly gatePort: number;
  readonly appPort: number;
}

/** Another agent's invocation waits so long for an app that is away: it is probably being restarted. */
const INVOCATION_PATIENCE_MS = 3_000;

/**
 * Streams a request that is no delivery to the app, and its answer back. An app that is not there looks like one:
 * the connection is closed. With `onAnswer`, the answer is passed on once that has seen the whole of it and is done.
 */
export async function forward(
  incoming: IncomingMessage,
  response: ServerResponse,
  context: ForwardContext,
  patienceMs: number = patienceFor(incoming),
  onAnswer: ((status: number, body: string) => Promise<void>) | null = null,
): Promise<void> {
  const { presence, upstream, gatePort, appPort } = context;
  const hungUp = new AbortController();
  response.once("close", () => hungUp.abort());
  const headers = withHost(endToEndHeaders(incoming), gatePort, appPort);
  const deadline = performance.now() + patienceMs;
  for (;;) {
    if (!presence.here && !(await presence.wait(deadline - performance.now(), hungUp.signal))) {
      response.destroy();
      return;
    }
    const sent = upstream.send(presence.host, incoming.method ?? "GET", incoming.url ?? "/", headers);
    const cut = (): void => void sent.request.destroy();
    hungUp.signal.addEventListener("abort", cut);
    if ((await sent.connected) === "refused") {
      if (hungUp.signal.aborted) return;
      presence.lose();
      continue;
    }
    // The body is touched only now: until there is a connection all can be begun again.
    incoming.pipe(sent.request);
    const answer = await sent.answered;
    if (answer === null) {
      // A kept-alive connection that the app closed just now.
      if (sent.request.reusedSocket && isRepeatable(incoming) && !hungUp.signal.aborted) continue;
      response.destroy();
      return;
    }
    if (onAnswer === null) await passAnswer(answer, response, null);
    else await passWhole(answer, response, onAnswer);
    return;
  }
}

async function passWhole(
  answer: IncomingMessage,
  response: ServerResponse,
  seen: (status: number, body: string) => Promise<void>,
): Promise<void> {
  const body = await buffer(answer).catch(() => null);
  if (body === null) {
    response.destroy(); // the app went away in the middle of it
    return;
  }
  await seen(answer.statusCode ?? 0, body.toString());
  response.sendDate = false;
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? "", endToEndHeaders(answer));
  response.end(body);
}

function isRepeatable({ method, headers }: IncomingMessage): boolean {
  const hasBody = headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
  return !hasBody && (method === "GET" || method === "HEAD" || method === "OPTIONS");
}

function patienceFor({ headers }: IncomingMessage): number {
  return headers["dapr-callee-app-id"] === undefined ? 0 : INVOCATION_PATIENCE_MS;
}
