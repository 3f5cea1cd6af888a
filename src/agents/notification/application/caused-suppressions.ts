import { kindOf } from "../domain/channels.ts";
import { actionForEnhancedCode } from "../domain/delivery-status.ts";
import type { NotificationEvent } from "../domain/notification-event.ts";
import type { Notification } from "../domain/notification.ts";
import { recipientKey } from "../domain/recipient.ts";
import { suppressionFrom } from "../domain/suppression.ts";
import type { Suppression } from "../domain/suppression.ts";

/** The addresses that new events of a notification put on the suppression list; `state` is the one after them. */
export function causedSuppressions(
  notificationId: string,
  events: readonly NotificationEvent[],
  state: Notification,
  now: number,
): readonly Suppression[] {
  if (state.at === "none") return [];
  return events.flatMap((event) => {
    const reason = reasonOf(event);
    if (reason === null || !("detail" in event.data) || !("channel" in event.data)) return [];
    const { channel, detail } = event.data;
    const found = state.request.channels.find((each) => each.channel === channel);
    // A hook that is gone says nothing about those who read behind it.
    if (found === undefined || found.address === null || kindOf(channel).addressing === "none") return [];
    const address = recipientKey(found.address);
    return [suppressionFrom(reason, { address, note: detail, notificationId }, now)];
  });
}

function reasonOf(event: NotificationEvent): "hard-bounce" | "complaint" | null {
  if (event.type === "channel-complained") return "complaint";
  const bounced = event.type === "channel-failed" && actionForEnhancedCode(event.data.code) === "suppress";
  return bounced ? "hard-bounce" : null;
}
