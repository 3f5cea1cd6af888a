import type { Logger } from "../log/logger.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { continued } from "../telemetry/trace-context.ts";
import { AlreadyHandled } from "./already-handled.ts";
import { HandlerContext } from "./context.ts";
import { DropEvent } from "./drop-event.ts";
import { flushAll } from "./inbox.ts";
import type { Inbox } from "./inbox.ts";
import { outcomeOf } from "./outcome.ts";
import { readDelivery } from "./read-event.ts";
import type { Delivery } from "./read-event.ts";
import type { EventSubscription } from "./routes.ts";

/** What became of one delivery. */
export type DeliveryOutcome =
  /** `repeated`: an earlier delivery was handled, this one has run nothing. */
  | { readonly status: "SUCCESS"; readonly repeated: boolean }
  | { readonly status: "DROP"; readonly reason: string }
  | { readonly status: "RETRY"; readonly error: unknown };

/** In characters. An answer that is too long to be read whole would be taken for a success. */
const LONGEST_REASON = 1000;

/** What a delivery is handled with. */
interface Delivering {
  readonly inbox: Inbox;
  readonly log: Logger;
  readonly telemetry: Telemetry;
  readonly signal: AbortSignal;
}

/**
 * Handles one delivery: at most one completed handling of an event, and nothing is acknowledged before all that it caused
 * is published. A repeated delivery publishes what is left and runs nothing.
 */
export async function deliver(
  subscription: EventSubscription,
  body: unknown,
  { inbox, log, telemetry, signal }: Delivering,
): Promise<DeliveryOutcome> {
  const type = subscription.definition.type;
  const began = performance.now();
  try {
    const delivery = readDelivery(body, type);
    const trace = continued(delivery.trace, telemetry.current());
    const ctx = contextOf({ ...delivery, trace }, log, signal);
    const how = await handleOnce(subscription, delivery, ctx, inbox);
    if (how === "repeated" || ctx.emitted.length > 0) await flushAll(inbox, ctx);
    const what = how === "repeated" ? "the event was handled before" : "handled an event";
    ctx.log.info(what, { type, ...outcomeOf(ctx, began) });
    return { status: "SUCCESS", repeated: how === "repeated" };
  } catch (error) {
    if (error instanceof DropEvent) {
      const reason = error.message.slice(0, LONGEST_REASON);
      log.warn("dropped an event", { type, ...idOf(body), reason });
      return { status: "DROP", reason };
    }
    const reason = error instanceof Error ? error.message : String(error);
    log.error("failed to handle an event; it will be delivered again", { type, ...idOf(body), reason });
    return { status: "RETRY", error };
  }
}

async function handleOnce(
  subscription: EventSubscription,
  delivery: Delivery,
  ctx: HandlerContext,
  inbox: Inbox,
): Promise<"handled" | "repeated"> {
  if (await inbox.isHandled(delivery.event.id)) return "repeated";
  try {
    await subscription.deliver(delivery.event, ctx);
    return "handled";
  } catch (error) {
    if (error instanceof AlreadyHandled) return "repeated";
    throw error;
  }
}

function contextOf({ event, depth, trace }: Delivery, log: Logger, signal: AbortSignal): HandlerContext {
  const { correlationId } = event.data;
  return new HandlerContext({
    correlationId,
    event: { id: event.id, type: event.eventType },
    depth,
    traceparent: trace?.traceparent ?? null,
    tracestate: trace?.tracestate,
    signal,
    log: log.with({ correlationId, event: event.id }),
  });
}

function idOf(body: unknown): { id?: string } {
  const id = typeof body === "object" && body !== null && "id" in body ? body.id : undefined;
  return typeof id === "string" ? { id } : {};
}
