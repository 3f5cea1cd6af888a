import { conclusion } from "./conclusion.ts";
import { actionForEnhancedCode } from "./delivery-status.ts";
import type { Attempt, Content, NotificationEvent, Requested } from "./notification-event.ts";
import { channelsUnderWay, dueChannels, evolve, openChannels } from "./notification.ts";
import type { ChannelState, Notification } from "./notification.ts";
import { nextAttemptAt } from "./retry.ts";
import type { Retrying } from "./retry.ts";
import type { Route } from "./routing.ts";

/** What a channel answered to one attempt; `code` is an RFC 3463 enhanced status code. */
export type Outcome = {
  readonly channel: string;
  readonly code: string;
  readonly detail: string | null;
  /** How long the other side wants to be left alone. */
  readonly retryAfterMs?: number | null;
  /** The id under which the other side knows the message. */
  readonly messageId?: string | null;
};

/** What came back later from the outside. */
export type Receipt =
  | {
      readonly of: "delivery";
      readonly channel: string;
      readonly code: string;
      /** Whether its code says what has become of the message, or it is known: for good not there, or not decided yet. */
      readonly says: "by-code" | "failed" | "open";
      readonly detail: string | null;
    }
  | { readonly of: "complaint"; readonly channel: string; readonly detail: string | null };

/** What can be asked of a notification. What clocks, lists and other people make of it comes in with it. */
export type NotificationCommand =
  | { readonly type: "request"; readonly request: Requested }
  | { readonly type: "render"; readonly content: Content }
  | {
      readonly type: "route";
      readonly routes: readonly { readonly channel: string; readonly route: Route }[];
    }
  | {
      readonly type: "begin";
      readonly channels: readonly string[];
      /** Only what is due then; null: by hand, whatever it waits for. */
      readonly dueAt: string | null;
      readonly by: string;
      readonly until: string;
    }
  | {
      readonly type: "record-attempts";
      /** Who has begun them. */
      readonly by: string;
      readonly outcomes: readonly Outcome[];
      readonly retrying: Retrying;
    }
  | { readonly type: "record-receipt"; readonly receipt: Receipt }
  | { readonly type: "retry" }
  | { readonly type: "cancel"; readonly reason: string; readonly now: string };

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
    case "route":
      return concluded(
        state,
        command.routes.flatMap(({ channel, route }) => eventsOf(openChannel(state, channel), route)),
      );
    case "begin":
      return begin(command, command.dueAt === null ? openChannels(state) : dueChannels(state, command.dueAt));
    case "record-attempts":
      return concluded(
        state,
        command.outcomes.flatMap((outcome) => {
          const channel = openChannel(state, outcome.channel);
          return channel === undefined ? [] : [attemptEvent(outcome, channel, command)];
        }),
      );
    case "record-receipt":
      return recordReceipt(command.receipt, state);
    case "retry":
      return state.at === "failed" ? [{ type: "reopened", data: {} }] : [];
    case "cancel":
      // What may have left must not be said to be taken back.
      if (channelsUnderWay(state, command.now).length > 0) return [];
      return concluded(
        state,
        openChannels(state).map(({ channel }) => ({
          type: "channel-suppressed",
          data: { channel, cause: "cancelled", detail: command.reason },
        })),
      );
    default:
      return command satisfies never;
  }
}

function begin(
  { channels, by, until }: Extract<NotificationCommand, { readonly type: "begin" }>,
  open: readonly ChannelState[],
): readonly NotificationEvent[] {
  return open
    .filter(({ channel }) => channels.includes(channel))
    .map(({ channel }) => ({ type: "channel-begun", data: { channel, by, until } }));
}

function openChannel(state: Notification, name: string): ChannelState | undefined {
  return openChannels(state).find((each) => each.channel === name);
}

/** What happened to channels, and what follows from it for the whole. */
function concluded(state: Notification, events: readonly NotificationEvent[]): readonly NotificationEvent[] {
  return events.length === 0 ? [] : [...events, ...conclusion(events.reduce(evolve, state))];
}

function eventsOf(state: ChannelState | undefined, route: Route): readonly NotificationEvent[] {
  if (state === undefined) return [];
  const { channel } = state;
  switch (route.to) {
    case "send": {
      const known = state.at === "pending" && state.address === route.address;
      return known ? [] : [{ type: "channel-accepted", data: { channel, address: route.address } }];
    }
    case "hold": {
      const { address, until } = route;
      const known = state.at === "held" && state.address === address && state.dueAt === until;
      return known ? [] : [{ type: "channel-held", data: { channel, address, until } }];
    }
    case "suppress": {
      const { cause, detail } = route;
      return [{ type: "channel-suppressed", data: { channel, cause, detail } }];
    }
    case "nowhere": {
      const { code, detail } = route;
      return [{ type: "channel-failed", data: { channel, attempt: state.attempts, code, detail } }];
    }
    default:
      return route satisfies never;
  }
}

function attemptEvent(
  { code, detail, retryAfterMs, messageId }: Outcome,
  { channel, attempts }: ChannelState,
  { retrying, by }: { readonly retrying: Retrying; readonly by: string },
): NotificationEvent {
  const data: Attempt = { channel, attempt: attempts + 1, code, detail };
  const action = actionForEnhancedCode(code);
  if (action === "done") return { type: "channel-sent", data: { ...data, messageId: messageId ?? null } };
  const retryAt = action === "retry" ? nextAttemptAt(retrying, data.attempt, retryAfterMs ?? null) : null;
  return retryAt === null
    ? { type: "channel-failed", data }
    : { type: "channel-deferred", data: { ...data, retryAt, by } };
}

function recordReceipt(receipt: Receipt, state: Notification): readonly NotificationEvent[] {
  if (state.at === "none" || state.at === "requested") return [];
  const found = state.request.channels.find((each) => each.channel === receipt.channel);
  if (found === undefined) return [];
  const { channel, detail } = receipt;
  if (receipt.of === "complaint") {
    const arrived = found.at === "sent" || found.at === "delivered";
    return arrived && !found.complained ? [{ type: "channel-complained", data: { channel, detail } }] : [];
  }
  if (found.at !== "sent" || receipt.says === "open") return [];
  const data: Attempt = { channel, attempt: found.attempts, code: receipt.code, detail };
  if (receipt.says === "failed") return concluded(state, [{ type: "channel-failed", data }]);
  const action = actionForEnhancedCode(receipt.code);
  switch (action) {
    case "done":
      return [{ type: "channel-confirmed", data }];
    case "suppress":
    case "stop":
      return concluded(state, [{ type: "channel-failed", data }]);
    // "delayed" is not final, and a text that is no code says nothing.
    case "retry":
    case undefined:
      return [];
    default:
      return action satisfies never;
  }
}
