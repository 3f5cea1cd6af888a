import type { Attempt, Begun, Content, NotificationEvent, Requested } from "./notification-event.ts";
import type { SuppressedBy } from "./suppressed-by.ts";

/**
 * One channel of a notification.
 *
 *     pending ─┬─ sent ── delivered
 *       ↺ ↕    ├─ failed
 *      held    └─ suppressed
 */
export type ChannelState = {
  readonly channel: string;
  readonly at: "pending" | "held" | "sent" | "delivered" | "failed" | "suppressed";
  /** Where it goes; null until that is decided. */
  readonly address: string | null;
  /** What was tried, receipts not included. */
  readonly attempts: number;
  readonly last: Attempt | null;
  /** Not to be tried before; null for at once. */
  readonly dueAt: string | null;
  /** Why it is not used; null where it is. */
  readonly suppressedBy: SuppressedBy | null;
  readonly complained: boolean;
  /** Attempts that have begun and whose outcome is not known. Several where one has died, or replicas do not know of each other. */
  readonly underWay: readonly Omit<Begun, "channel">[];
};

/** What was asked for, with what has become of each channel. */
export type Request = Omit<Requested, "channels"> & { readonly channels: readonly ChannelState[] };

/**
 * A notification.
 *
 *     none ── requested ── rendered ──┬── sent ── delivered
 *                            │  ↺     │     │
 *                            │ retry  │     └ (a receipt says no) ─┐
 *                            ├────────┴───────── failed ───────────┘
 *                            │         (again by hand: rendered)
 *                            └── suppressed
 *
 * It stays `rendered` while a channel is open, also while others have been sent: the outcome is told once.
 */
export type Notification =
  | { readonly at: "none" }
  | { readonly at: "requested"; readonly request: Request }
  | RenderedNotification;

/** A notification that has its text: from here on there is something to send. */
export type RenderedNotification =
  | { readonly at: "rendered"; readonly request: Request; readonly content: Content }
  | { readonly at: "sent"; readonly request: Request; readonly content: Content }
  | { readonly at: "delivered"; readonly request: Request; readonly content: Content }
  | { readonly at: "failed"; readonly request: Request; readonly content: Content; readonly reason: string }
  | {
      readonly at: "suppressed";
      readonly request: Request;
      readonly content: Content;
      readonly reason: string;
    };

/** Before its first event. */
export const initialNotification: Notification = { at: "none" };

/** Applies one event. An event that does not fit the state leaves it as it is, so that old streams stay readable. */
export function evolve(state: Notification, event: NotificationEvent): Notification {
  if (event.type === "requested") {
    return state.at === "none" ? { at: "requested", request: requestOf(event.data) } : state;
  }
  if (state.at === "none") return state;
  if (event.type === "rendered") {
    return state.at === "requested" ? { at: "rendered", request: state.request, content: event.data } : state;
  }
  return state.at === "requested" ? state : evolveRendered(state, event);
}

type LaterEvent = Exclude<NotificationEvent, { readonly type: "requested" | "rendered" }>;

function evolveRendered(state: RenderedNotification, event: LaterEvent): Notification {
  switch (event.type) {
    case "channel-accepted":
      return change(state, event.data, { at: "pending", address: event.data.address, dueAt: null });
    case "channel-held":
      return change(state, event.data, { at: "held", address: event.data.address, dueAt: event.data.until });
    case "channel-suppressed":
      return change(state, event.data, { at: "suppressed", suppressedBy: event.data.cause, dueAt: null });
    case "channel-begun":
      return begun(state, event.data);
    case "channel-sent":
      return tried(state, event.data, "sent", null);
    case "channel-deferred":
      return ended(tried(state, event.data, "pending", event.data.retryAt), event.data);
    case "channel-failed":
      return tried(state, event.data, "failed", null);
    case "channel-confirmed": {
      const next = tried(state, event.data, "delivered", null);
      return next.at === "sent" ? { ...next, at: "delivered" } : next;
    }
    case "channel-complained":
      return change(state, event.data, { complained: true });
    case "reopened":
      return state.at === "failed" ? reopened(state) : state;
    case "sent":
      if (state.at !== "rendered") return state;
      return {
        ...state,
        at: state.request.channels.some((each) => each.at === "delivered") ? "delivered" : "sent",
      };
    case "failed":
      return state.at === "rendered" || state.at === "sent"
        ? { ...state, at: "failed", reason: event.data.reason }
        : state;
    case "suppressed":
      return state.at === "rendered" ? { ...state, at: "suppressed", reason: event.data.reason } : state;
    default:
      return event satisfies never;
  }
}

/** The channels whose outcome is open. */
export function openChannels(state: Notification): readonly ChannelState[] {
  if (state.at !== "rendered") return [];
  return state.request.channels.filter((channel) => channel.at === "pending" || channel.at === "held");
}

/** Those of them that are to be tried at that time. */
export function dueChannels(state: Notification, now: string): readonly ChannelState[] {
  return openChannels(state).filter((channel) => channel.dueAt === null || channel.dueAt <= now);
}

/** The open channels by which something may be leaving at that time. */
export function channelsUnderWay(state: Notification, now: string): readonly ChannelState[] {
  return openChannels(state).filter(({ underWay }) => underWay.some(({ until }) => until > now));
}

/** When the first open channel is due; null when none is open. */
export function nextDueAt(state: Notification, now: string): string | null {
  const times = openChannels(state).map((channel) => channel.dueAt ?? now);
  return times.toSorted()[0] ?? null;
}

function requestOf(requested: Requested): Request {
  const channels = requested.channels.map((channel) => newChannel(channel));
  return { ...requested, channels };
}

function newChannel(channel: string): ChannelState {
  const nothing = {
    address: null,
    attempts: 0,
    last: null,
    dueAt: null,
    suppressedBy: null,
    complained: false,
    underWay: [],
  };
  return { channel, at: "pending", ...nothing };
}

function tried(
  state: RenderedNotification,
  { channel, attempt, code, detail }: Attempt,
  at: ChannelState["at"],
  dueAt: string | null,
): RenderedNotification {
  const last = { channel, attempt, code, detail };
  return change(state, { channel }, { at, attempts: attempt, last, dueAt });
}

function begun(state: RenderedNotification, { channel, ...attempt }: Begun): RenderedNotification {
  const before = state.request.channels.find((each) => each.channel === channel)?.underWay ?? [];
  return change(state, { channel }, { underWay: [...before, attempt] });
}

function ended(
  state: RenderedNotification,
  { channel, by }: { readonly channel: string; readonly by?: string | undefined },
): RenderedNotification {
  const before = state.request.channels.find((each) => each.channel === channel)?.underWay ?? [];
  return change(state, { channel }, { underWay: before.filter((attempt) => attempt.by !== by) });
}

function change(
  state: RenderedNotification,
  { channel }: { readonly channel: string },
  by: Partial<ChannelState>,
): RenderedNotification {
  const channels = state.request.channels.map((each) =>
    each.channel === channel ? { ...each, ...by } : each,
  );
  return { ...state, request: { ...state.request, channels } };
}

/** What has failed is tried from the first attempt on; what the recipient does not want stays unsent. */
function reopened({ request, content }: RenderedNotification): Notification {
  const channels = request.channels.map((each) => (each.at === "failed" ? newChannel(each.channel) : each));
  return { at: "rendered", request: { ...request, channels }, content };
}
