import type { Attempt, Content, NotificationEvent, Requested } from "./notification-event.ts";

/** One channel of a notification. `attempts` counts what was tried, receipts not included. */
export type ChannelState = {
  readonly channel: string;
  readonly at: "pending" | "sent" | "delivered" | "failed";
  readonly attempts: number;
  readonly last: Attempt | null;
};

/** What was asked for, with what has become of each channel. */
export type Request = Omit<Requested, "channels"> & { readonly channels: readonly ChannelState[] };

/**
 * A notification.
 *
 *     none ── requested ── rendered ──┬── sent ── delivered
 *                            │  ↺     │     │
 *                            │ retry  │     └ (a receipt says no) ─┐
 *                            └────────┴───────── failed ───────────┘
 *
 * It stays `rendered` while a channel is pending, also while others have been sent: the outcome is told once.
 */
export type Notification =
  | { readonly at: "none" }
  | { readonly at: "requested"; readonly request: Request }
  | { readonly at: "rendered"; readonly request: Request; readonly content: Content }
  | { readonly at: "sent"; readonly request: Request; readonly content: Content }
  | { readonly at: "delivered"; readonly request: Request; readonly content: Content }
  | { readonly at: "failed"; readonly request: Request; readonly content: Content; readonly reason: string };

/** A notification that has its text: from here on there is something to send. */
export type RenderedNotification = Exclude<Notification, { at: "none" } | { at: "requested" }>;

/** Before its first event. */
export const initialNotification: Notification = { at: "none" };

/** Applies one event. An event that does not fit the state leaves it as it is, so that old streams stay readable. */
export function evolve(state: Notification, event: NotificationEvent): Notification {
  switch (event.type) {
    case "requested":
      return state.at === "none" ? { at: "requested", request: requestOf(event.data) } : state;
    case "rendered":
      return state.at === "requested"
        ? { at: "rendered", request: state.request, content: event.data }
        : state;
    case "channel-sent":
      return withChannel(state, event.data, "sent");
    case "channel-deferred":
      return withChannel(state, event.data, "pending");
    case "channel-failed":
      return withChannel(state, event.data, "failed");
    case "channel-confirmed":
      return delivered(withChannel(state, event.data, "delivered"));
    case "sent":
      return state.at === "rendered" ? { ...state, at: "sent" } : state;
    case "failed":
      return isOpen(state) ? { ...state, at: "failed", reason: event.data.reason } : state;
    default:
      return event satisfies never;
  }
}

/** The channels that still have to be tried. */
export function pendingChannels(state: Notification): readonly ChannelState[] {
  return state.at === "rendered" ? state.request.channels.filter((channel) => channel.at === "pending") : [];
}

function requestOf(requested: Requested): Request {
  const channels = requested.channels.map(
    (channel) => ({ channel, at: "pending", attempts: 0, last: null }) as const,
  );
  return { ...requested, channels };
}

function withChannel(state: Notification, attempt: Attempt, at: ChannelState["at"]): Notification {
  if (state.at === "none" || state.at === "requested") return state;
  const channels = state.request.channels.map((channel) =>
    channel.channel === attempt.channel
      ? { ...channel, at, attempts: attempt.attempt, last: attempt }
      : channel,
  );
  return { ...state, request: { ...state.request, channels } };
}

function delivered(state: Notification): Notification {
  return state.at === "sent" ? { ...state, at: "delivered" } : state;
}

function isOpen(state: Notification): state is Extract<Notification, { at: "rendered" | "sent" }> {
  return state.at === "rendered" || state.at === "sent";
}
