import type { IncomingMessage, ServerResponse } from "node:http";
import type { AppPresence } from "./app-presence.ts";
import type { DeliveryLog } from "./delivery-log.ts";
import { endToEndHeaders, withHost } from "./headers.ts";
import type { Latch } from "./latch.ts";
import { MAX_DEPTH } from "../../embedded/bus/event.ts";
import { outcomesOf, readDelivery, type DeliveredEvent } from "./read-delivery.ts";
import type { RoutedTopic } from "./subscribed-routes.ts";
import { passAnswer, type Upstream } from "./upstream.ts";

export interface DeliverContext {
  readonly presence: AppPresence;
  /** Open while deliveries may go to the app. */
  readonly deliveries: Latch;
  /** Aborted once the sidecar that delivers is gone: what it had in hand, the next one delivers. */
  readonly sidecar: AbortSignal;
  readonly upstream: Upstream;
  readonly log: DeliveryLog;
  readonly gatePort: number;
  readonly appPort: number;
  /** So long a delivery waits for an app that is away. */
  readonly holdMs: number;
}

/**
 * Passes a delivery to the app and records the attempt. The whole of it is read first: one that the app never took, or
 * that the runtime itself cut off when it stopped the app, is sent again, and is no attempt.
 */
export async function deliver(
  incoming: IncomingMessage,
  response: ServerResponse,
  topics: readonly RoutedTopic[],
  context: DeliverContext,
): Promise<void> {
  const { presence, deliveries, sidecar, upstream, log, gatePort, appPort, holdMs } = context;
  const hungUp = new AbortController();
  response.once("close", () => hungUp.abort());
  const body = await readBody(incoming);
  if (body === null) return;
  const headers = withHost(endToEndHeaders(incoming), gatePort, appPort);
  const read = readDelivery(body, topics);
  if (isLoop(read)) {
    log.cut(read);
    response.writeHead(200, { "content-type": "application/json" }).end('{"status":"DROP"}');
    return;
  }
  let deadline = performance.now() + holdMs;
  for (;;) {
    if (!deliveries.open && !(await deliveries.wait(deadline - performance.now(), hungUp.signal))) {
      if (!hungUp.signal.aborted) refuse(response, holdMs);
      return;
    }
    if (sidecar.aborted) {
      response.destroy();
      return;
    }
    const sent = upstream.send(presence.host, "POST", incoming.url ?? "/", headers);
    const cut = (): void => void sent.request.destroy();
    hungUp.signal.addEventListener("abort", cut);
    if ((await sent.connected) === "refused") {
      if (hungUp.signal.aborted) return;
      presence.lose();
      continue;
    }
    const stops = presence.plannedStops;
    const startedAt = performance.now();
    sent.request.end(body);
    const attempt = log.begin(read);
    const answer = await sent.answered;
    if (answer !== null) {
      const status = answer.statusCode ?? 0;
      // Kept before it is passed on: what daprd has acknowledged never comes again, and would stay open in the journal.
      const passed = await passAnswer(answer, response, async (text) => {
        await attempt.end((events) => outcomesOf(events, status, text));
      });
      if (!answer.complete)
        attempt.fail(passed === "cut by the app" ? "the answer ended early" : hungUpAfter(startedAt));
      return;
    }
    if (hungUp.signal.aborted) {
      attempt.fail(hungUpAfter(startedAt));
      return;
    }
    if (presence.plannedStops > stops) {
      attempt.cancel();
      deadline = performance.now() + holdMs;
      continue;
    }
    attempt.fail(`the connection broke during handling: ${sent.why()}`);
    response.destroy();
    return;
  }
}

/** A chain that is too long is taken for a loop: dropped, daprd puts it onto the dead-letter topic. A copy there is no part of it. */
function isLoop(events: readonly DeliveredEvent[]): boolean {
  return (
    events.length === 1 &&
    events.every(({ event, deadLetterOf }) => deadLetterOf === null && event.depth > MAX_DEPTH)
  );
}

/** It died, or the time for a delivery is over. */
function hungUpAfter(startedAt: number): string {
  return `no answer within ${((performance.now() - startedAt) / 1000).toFixed(1)} s: then the sidecar hung up`;
}

async function readBody(incoming: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of incoming) if (chunk instanceof Buffer) chunks.push(chunk);
  } catch {
    // The sidecar went away.
    return null;
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

/** Dapr tries again by its policy. */
function refuse(response: ServerResponse, holdMs: number): void {
  response.writeHead(503, { "content-type": "text/plain", "retry-after": "1" });
  response.end(`the app has not listened for ${holdMs / 1000} s`);
}
