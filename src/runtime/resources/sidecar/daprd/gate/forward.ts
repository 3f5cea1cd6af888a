import type { IncomingMessage, ServerResponse } from "node:http";
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
 * the connection is closed. `onAnswer` sees the answer as it passes.
 */
export async function forward(
  incoming: IncomingMessage,
  response: ServerResponse,
  context: ForwardContext,
  patienceMs: number = patienceFor(incoming),
  onAnswer: (answer: IncomingMessage) => void = () => undefined,
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
    onAnswer(answer);
    await passAnswer(answer, response);
    return;
  }
}

function isRepeatable({ method, headers }: IncomingMessage): boolean {
  const hasBody = headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
  return !hasBody && (method === "GET" || method === "HEAD" || method === "OPTIONS");
}

function patienceFor({ headers }: IncomingMessage): number {
  return headers["dapr-callee-app-id"] === undefined ? 0 : INVOCATION_PATIENCE_MS;
}
