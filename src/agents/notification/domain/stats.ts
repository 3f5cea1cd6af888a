import { classOfEnhancedCode } from "./delivery-status.ts";
import type { ChannelState } from "./notification.ts";
import type { SuppressedBy } from "./suppressed-by.ts";

/** What kind of thing was wrong, by the subject of an enhanced status code (RFC 3463 §3). */
export type FailureCause =
  | "address"
  | "mailbox"
  | "system"
  | "network"
  | "protocol"
  | "content"
  | "policy"
  | "other";

/**
 * Channels of notifications that have come to the same end, in one number. Its times are those of its channel that fall to
 * it: the smallest p50 of a channel's tallies is that of the channel.
 */
export type Tally = {
  readonly channel: string;
  readonly at: ChannelState["at"];
  /** The last answer; null where none came. */
  readonly code: string | null;
  readonly suppressedBy: SuppressedBy | null;
  readonly notifications: number;
  readonly attempts: number;
  /** How many have a time from asked to sent. */
  readonly timed: number;
  /** The smallest of their times that at least half of the channel's are not above; null where none of them is it. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
};

/** How long it took from asked to sent, in milliseconds, over those that are sent or delivered; null of nothing. */
export type SendTimes = {
  readonly count: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
};

/** What has become of what was asked of one channel. Every notification is in one of the states. */
export type ChannelStats = {
  readonly channel: string;
  readonly asked: number;
  /** Under way. */
  readonly pending: number;
  /** Refused for now: tried again later. */
  readonly deferred: number;
  /** Waits for the end of quiet hours. */
  readonly held: number;
  /** Taken by the other side, which has confirmed nothing. */
  readonly sent: number;
  readonly delivered: number;
  readonly failed: {
    readonly total: number;
    /** `transient`: given up after the last attempt. */
    readonly byClass: { readonly transient: number; readonly permanent: number };
    readonly byCause: Readonly<Partial<Record<FailureCause, number>>>;
  };
  readonly suppressed: {
    readonly total: number;
    readonly byReason: Readonly<Partial<Record<SuppressedBy, number>>>;
  };
  readonly attempts: number;
  readonly timeToSent: SendTimes;
};

const CAUSES: Readonly<Record<string, FailureCause>> = {
  "1": "address",
  "2": "mailbox",
  "3": "system",
  "4": "network",
  "5": "protocol",
  "6": "content",
  "7": "policy",
};

/** The cause that a code names; `other` where it names none. */
export function causeOf(code: string | null): FailureCause {
  if (code === null || classOfEnhancedCode(code) === undefined) return "other";
  return CAUSES[code.split(".")[1] ?? ""] ?? "other";
}

/** Adds rows up, the channels by their names. */
export function statsOf(tallies: readonly Tally[]): readonly ChannelStats[] {
  return [...Map.groupBy(tallies, ({ channel }) => channel)]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([channel, rows]) => channelStats(channel, rows));
}

function channelStats(channel: string, rows: readonly Tally[]): ChannelStats {
  const at = (state: Tally["at"]): readonly Tally[] => rows.filter((row) => row.at === state);
  const [answered, fresh] = [
    at("pending").filter(isAnswered),
    at("pending").filter((row) => !isAnswered(row)),
  ];
  const [failed, suppressed] = [at("failed"), at("suppressed")];
  const transient = failed.filter(({ code }) => code !== null && classOfEnhancedCode(code) === "transient");
  return {
    channel,
    asked: sum(rows),
    pending: sum(fresh),
    deferred: sum(answered),
    held: sum(at("held")),
    sent: sum(at("sent")),
    delivered: sum(at("delivered")),
    failed: {
      total: sum(failed),
      byClass: { transient: sum(transient), permanent: sum(failed) - sum(transient) },
      byCause: sumBy(failed, ({ code }) => causeOf(code)),
    },
    suppressed: {
      total: sum(suppressed),
      byReason: sumBy(suppressed, ({ suppressedBy }) => suppressedBy),
    },
    attempts: rows.reduce((total, { attempts }) => total + attempts, 0),
    timeToSent: {
      count: rows.reduce((total, { timed }) => total + timed, 0),
      p50Ms: least(rows.map(({ p50Ms }) => p50Ms)),
      p95Ms: least(rows.map(({ p95Ms }) => p95Ms)),
    },
  };
}

function least(times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.min(...known);
}

function isAnswered({ code }: Tally): boolean {
  return code !== null;
}

function sum(rows: readonly Tally[]): number {
  return rows.reduce((total, { notifications }) => total + notifications, 0);
}

function sumBy<Key extends string>(
  rows: readonly Tally[],
  keyOf: (row: Tally) => Key | null,
): Readonly<Partial<Record<Key, number>>> {
  const sums: Partial<Record<Key, number>> = {};
  for (const row of rows) {
    const key = keyOf(row);
    if (key !== null) sums[key] = (sums[key] ?? 0) + row.notifications;
  }
  return sums;
}
