import type { NotificationEvent } from "./notification-event.ts";
import type { ChannelState, Notification } from "./notification.ts";

/**
 * What follows for a notification once no channel is open. It is sent if one took it. Otherwise it has failed, and somebody
 * has to hear of it: a channel has failed, or an address does not exist. What its recipient did not want is no failure.
 */
export function conclusion(state: Notification): readonly NotificationEvent[] {
  if (state.at !== "rendered" && state.at !== "sent") return [];
  const { channels } = state.request;
  if (channels.some(({ at }) => at === "pending" || at === "held")) return [];
  if (channels.some(({ at }) => at === "sent" || at === "delivered")) {
    return state.at === "rendered" ? [{ type: "sent", data: {} }] : [];
  }
  const reason = channels.map(reasonOf).join("; ");
  const failed = channels.some((each) => each.at === "failed" || each.suppressedBy === "hard-bounce");
  return [{ type: failed ? "failed" : "suppressed", data: { reason } }];
}

function reasonOf({ channel, at, attempts, last, suppressedBy }: ChannelState): string {
  if (at === "suppressed") return `${channel}: not used, ${suppressedBy ?? "for no reason"}`;
  const tries = attempts === 1 ? "1 attempt" : `${attempts} attempts`;
  return `${channel}: ${last?.code ?? "no answer"} after ${tries}${last?.detail ? ` (${last.detail})` : ""}`;
}
