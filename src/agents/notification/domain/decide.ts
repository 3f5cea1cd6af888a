import { actionForEnhancedCode } from "./delivery-status.ts";
import type { Attempt, Content, NotificationEvent, Requested } from "./notification-event.ts";
import { evolve } from "./notification.ts";
import type { ChannelState, Notification } from "./notification.ts";

/** Attempts per channel before a transient failure counts as final. */
export const MAX_ATTEMPTS = 5;

/** What a channel answered to one attempt, or a receipt said later; `code` is an RFC 3463 enhanced status code. */
export type Outcome = { readonly channel: string; readonly code: string; readonly detail: string | null };

/** What can be asked of a notification. */
export type NotificationCommand =
  | { readonly type: "request"; readonly request: Requested }
  | { readonly type: "render"; readonly content: Content }
  | { readonly type: "record-attempts"; readonly outcomes: readonly Outcome[] }
  | { readonly type: "record-receipt"; readonly outcome: Outcome };

/**
 * The events that a command causes. A command that comes late or twice causes none: every delivery of the bus may
 * come again, and the second one must not change what is known.
 */
export function decide(command: NotificationCommand, state: Notification): readonly NotificationEvent[] {
  switch (command.type) {
    case "request":
      return state.at === "none" ? [{ type: "requested", data: command.request }] : [];
    case "render":
      return state.at === "requested" ? [{ type: "rendered", data: command.content }] : [];
    case "record-attempts":
      return recordAttempts(command.outcomes, state);
    case "record-receipt":
      return recordReceipt(command.outcome, state);
    default:
      return command satisfies never;
  }
}

function recordAttempts(outcomes: readonly Outcome[], state: Notification): readonly NotificationEvent[] {
  if (state.at !== "rendered") return [];
  const attempts = outcomes.flatMap((outcome) => {
    const channel = state.request.channels.find((each) => each.channel === outcome.channel);
    return channel?.at === "pending" ? [attemptEvent(outcome, channel)] : [];
  });
  return [...attempts, ...conclusion(attempts.reduce(evolve, state))];
}

function attemptEvent(outcome: Outcome, channel: ChannelState): NotificationEvent {
  const data: Attempt = { attempt: channel.attempts + 1, ...outcome };
  const action = actionForEnhancedCode(outcome.code);
  if (action === "done") return { type: "channel-sent", data };
  const again = action === "retry" && data.attempt < MAX_ATTEMPTS;
  return { type: again ? "channel-deferred" : "channel-failed", data };
}

/** Once no channel is pending the notification is sent if one took it, and has failed otherwise. */
function conclusion(state: Notification): readonly NotificationEvent[] {
  if (state.at !== "rendered" && state.at !== "sent") return [];
  const { channels } = state.request;
  if (channels.some((channel) => channel.at === "pending")) return [];
  if (channels.every((channel) => channel.at === "failed")) {
    return [{ type: "failed", data: { reason: reasonOf(channels) } }];
  }
  return state.at === "rendered" ? [{ type: "sent", data: {} }] : [];
}

function reasonOf(channels: readonly ChannelState[]): string {
  return channels
    .map(({ channel, attempts, last }) => {
      const tries = attempts === 1 ? "1 attempt" : `${attempts} attempts`;
      return `${channel}: ${last?.code ?? "no answer"} after ${tries}${last?.detail ? ` (${last.detail})` : ""}`;
    })
    .join("; ");
}

function recordReceipt(outcome: Outcome, state: Notification): readonly NotificationEvent[] {
  if (state.at !== "sent" && state.at !== "delivered") return [];
  const channel = state.request.channels.find((each) => each.channel === outcome.channel);
  if (channel?.at !== "sent") return [];
  const data: Attempt = { attempt: channel.attempts, ...outcome };
  const action = actionForEnhancedCode(outcome.code);
  switch (action) {
    case "done":
      return [{ type: "channel-confirmed", data }];
    case "suppress":
    case "stop": {
      const refused: NotificationEvent = { type: "channel-failed", data };
      return [refused, ...conclusion(evolve(state, refused))];
    }
    // "delayed" is not final, and a text that is no code says nothing.
    case "retry":
    case undefined:
      return [];
    default:
      return action satisfies never;
  }
}
