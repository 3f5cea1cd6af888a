import { kindOf } from "./channels.ts";
import type { Priority } from "./notification-event.ts";
import type { Preferences } from "./preferences.ts";
import { quietUntil } from "./quiet-hours.ts";
import type { Zone } from "./quiet-hours.ts";
import { parseRecipient, recipientKey, recipientText } from "./recipient.ts";
import { isActive } from "./suppression.ts";
import type { SuppressedBy } from "./suppressed-by.ts";
import type { Suppression } from "./suppression.ts";

/** What may be done now with one channel of a notification. */
export type Route =
  | { readonly to: "send"; readonly address: string }
  | { readonly to: "hold"; readonly address: string; readonly until: string }
  | { readonly to: "suppress"; readonly cause: SuppressedBy; readonly detail: string }
  | { readonly to: "nowhere"; readonly code: string; readonly detail: string };

/** What the decision is made from. */
export type RoutingFacts = {
  readonly recipient: string;
  readonly category: string;
  readonly priority: Priority;
  readonly preferences: Preferences;
  /** Entries of the suppression list, for every address that may come up. */
  readonly suppressions: readonly Suppression[];
  /** Of the recipient's quiet hours; null where there are none. */
  readonly zone: Zone | null;
  readonly now: number;
};

/**
 * Decides about one channel: first what the recipient wants, then whether they can be reached, then whether now. The list of
 * suppressed addresses holds for everything, however urgent; a wish may be overridden by urgency where its owner says so.
 */
export function routeChannel(channel: string, facts: RoutingFacts): Route {
  const { preferences, category } = facts;
  const urgent = facts.priority === "high";
  if (preferences.channels !== null && !preferences.channels.includes(channel)) {
    return { to: "suppress", cause: "channel-off", detail: `${facts.recipient} does not use ${channel}` };
  }
  if (preferences.optOut.includes(category) && !(urgent && preferences.urgent.ignoresOptOut)) {
    return { to: "suppress", cause: "opted-out", detail: `${facts.recipient} does not want ${category}` };
  }
  const address = addressOf(channel, facts.recipient, preferences);
  // RFC 3463 §3.2: 5.1.3 "bad destination mailbox address syntax".
  if (address === null) return { to: "nowhere", code: "5.1.3", detail: missing(channel, facts.recipient) };
  const listed = facts.suppressions.find((entry) => entry.address === recipientKey(address)) ?? null;
  if (kindOf(channel).addressing !== "none" && isActive(listed, new Date(facts.now).toISOString())) {
    return { to: "suppress", cause: listed.reason, detail: `${address} is suppressed since ${listed.since}` };
  }
  const until = heldUntil(channel, facts, urgent);
  return until === null ? { to: "send", address } : { to: "hold", address, until };
}

/** The addresses that the channels of a recipient may use. */
export function addressesOf(
  channels: readonly string[],
  recipient: string,
  preferences: Preferences,
): readonly string[] {
  return channels.flatMap((channel) => {
    const address = kindOf(channel).addressing === "none" ? null : addressOf(channel, recipient, preferences);
    return address === null ? [] : [recipientKey(address)];
  });
}

function addressOf(channel: string, recipient: string, { addresses }: Preferences): string | null {
  const own = Object.hasOwn(addresses, channel) ? addresses[channel] : undefined;
  if (own !== undefined) return own;
  const { addressing } = kindOf(channel);
  const parsed = parseRecipient(recipient);
  switch (addressing) {
    case "email":
    case "phone":
      return parsed.ok && parsed.recipient.kind === addressing ? recipientText(parsed.recipient) : null;
    // The gateway knows its devices by the recipient's name, the rest has one place to go to.
    case "device":
    case "none":
      return recipient;
    default:
      return addressing satisfies never;
  }
}

function missing(channel: string, recipient: string): string {
  const what = kindOf(channel).addressing === "email" ? "e-mail address" : "E.164 number";
  return `${recipient} has no ${what}: set addresses.${channel} in the recipient's preferences`;
}

function heldUntil(channel: string, facts: RoutingFacts, urgent: boolean): string | null {
  const { quietHours, urgent: overrides } = facts.preferences;
  if (quietHours === null || facts.zone === null || !kindOf(channel).disturbs) return null;
  if (urgent && overrides.ignoresQuietHours) return null;
  const until = quietUntil(quietHours, facts.zone, facts.now);
  return until === null ? null : new Date(until).toISOString();
}
