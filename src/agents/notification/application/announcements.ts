import type { Emit, EmitOptions, HandlerContext } from "agents-apphost/kit";
import { deliveryConfirmed, deliveryFailed, sendRequested, sentCompleted } from "../events.ts";
import type { NotificationEvent } from "../domain/notification-event.ts";
import type { ChannelState, Notification, RenderedNotification } from "../domain/notification.ts";

/**
 * Puts into the outbox what others are told about new events of a notification; `state` is the one after them. What comes
 * from outside, a receipt or a person, belongs to the flow that the notification came from, and is as deep in it: or a
 * circle of failures and tickets about them would begin anew with each receipt.
 */
export function announce(
  emit: Emit,
  ctx: HandlerContext,
  id: string,
  events: readonly NotificationEvent[],
  state: Notification,
): void {
  if (state.at === "none" || state.at === "requested") return;
  const lineage = ctx.event === null ? state.request.lineage : ctx.lineage;
  for (const event of events)
    announceOne(emit, { subject: `notifications/${id}`, lineage }, id, event, state);
}

function announceOne(
  emit: Emit,
  options: EmitOptions,
  id: string,
  event: NotificationEvent,
  state: RenderedNotification,
): void {
  const { recipient, priority } = state.request;
  switch (event.type) {
    case "requested":
      // What came by an event was asked for on the bus already.
      if (event.data.cause.kind === "command") {
        const { channels, message, category } = event.data;
        const request = {
          notificationId: id,
          recipient,
          channels: [...channels],
          message,
          category,
          priority,
        };
        emit(sendRequested, { ...request, subject: state.content.subject }, options);
      }
      return;
    case "sent": {
      const { wording } = state.content;
      const payload = {
        notificationId: id,
        recipient,
        subject: state.content.subject,
        priority,
        channels: channelsOf(state),
        wording: { by: wording.by, reason: wording.reason },
        generatedBy: wording.generatedBy,
        promptRef: wording.promptRef,
      };
      emit(sentCompleted, payload, options);
      return;
    }
    case "failed": {
      const payload = { notificationId: id, recipient, subject: state.content.subject, priority };
      const { reason } = event.data;
      emit(deliveryFailed, { ...payload, reason, channels: channelsOf(state) }, options);
      return;
    }
    case "channel-confirmed": {
      const { channel, code } = event.data;
      emit(deliveryConfirmed, { notificationId: id, recipient, channel, code }, options);
      return;
    }
    // A recipient's wish is nobody else's business.
    case "suppressed":
    case "rendered":
    case "reopened":
    case "channel-accepted":
    case "channel-held":
    case "channel-suppressed":
    case "channel-begun":
    case "channel-sent":
    case "channel-deferred":
    case "channel-failed":
    case "channel-complained":
      return;
    default:
      event satisfies never;
  }
}

/** The channels as the published language has them. */
function channelsOf(state: Exclude<Notification, { at: "none" }>): {
  channel: string;
  at: ChannelState["at"];
  attempts: number;
  code: string | null;
  detail: string | null;
}[] {
  return state.request.channels.map(({ channel, at, attempts, last }) => ({
    channel,
    at,
    attempts,
    code: last?.code ?? null,
    detail: last?.detail ?? null,
  }));
}
