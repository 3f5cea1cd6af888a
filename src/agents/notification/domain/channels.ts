/** Every channel that there can be, and what it takes to reach somebody by it. */

/** What a channel wants to know of a recipient; `none`: it goes to one place that was configured. */
export type Addressing = "email" | "phone" | "device" | "none";

/** Which channels wake people: quiet hours hold them, and not what is written down somewhere. */
export type ChannelKind = { readonly addressing: Addressing; readonly disturbs: boolean };

const KINDS: Readonly<Record<string, ChannelKind>> = {
  console: { addressing: "none", disturbs: false },
  file: { addressing: "none", disturbs: false },
  webhook: { addressing: "none", disturbs: false },
  teams: { addressing: "none", disturbs: true },
  slack: { addressing: "none", disturbs: true },
  email: { addressing: "email", disturbs: true },
  sms: { addressing: "phone", disturbs: true },
  push: { addressing: "device", disturbs: true },
};

/** The names of all channels. */
export const CHANNEL_NAMES: readonly string[] = Object.keys(KINDS);

/** What is known of a channel; one that does not exist disturbs nobody and reaches nobody. */
export function kindOf(channel: string): ChannelKind {
  return Object.hasOwn(KINDS, channel) ? (KINDS[channel] ?? UNKNOWN) : UNKNOWN;
}

const UNKNOWN: ChannelKind = { addressing: "none", disturbs: false };
