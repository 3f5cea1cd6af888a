import type { QuietHours } from "./quiet-hours.ts";

/** What somebody wants of their notifications. */
export type Preferences = {
  /** Channels that may be used; null for whichever a notification asks for. */
  readonly channels: readonly string[] | null;
  /** Where they are reached, by channel: a group is reached by mail only where its address stands here. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Categories that they do not want to hear of. */
  readonly optOut: readonly string[];
  readonly quietHours: QuietHours | null;
  /** What a notification of high priority does not heed. */
  readonly urgent: { readonly ignoresQuietHours: boolean; readonly ignoresOptOut: boolean };
};

/** Of somebody who has never said anything. */
export const NO_PREFERENCES: Preferences = {
  channels: null,
  addresses: {},
  optOut: [],
  quietHours: null,
  urgent: { ignoresQuietHours: true, ignoresOptOut: false },
};

/** What happened to the preferences of one recipient; the name is kept for whoever reads the stream. */
export type PreferencesEvent =
  | { readonly type: "preferences-set"; readonly data: Preferences & { readonly recipient: string } }
  | { readonly type: "preferences-cleared"; readonly data: { readonly recipient: string } };

export function evolvePreferences(state: Preferences, event: PreferencesEvent): Preferences {
  switch (event.type) {
    case "preferences-set": {
      const { channels, addresses, optOut, quietHours, urgent } = event.data;
      return { channels, addresses, optOut, quietHours, urgent };
    }
    case "preferences-cleared":
      return NO_PREFERENCES;
    default:
      return event satisfies never;
  }
}

/** The same said again changes nothing; null takes all of it back. */
export function decidePreferences(
  recipient: string,
  wanted: Preferences | null,
  state: Preferences,
): readonly PreferencesEvent[] {
  if (isSame(wanted ?? NO_PREFERENCES, state)) return [];
  return wanted === null
    ? [{ type: "preferences-cleared", data: { recipient } }]
    : [{ type: "preferences-set", data: { recipient, ...wanted } }];
}

function isSame(one: Preferences, other: Preferences): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

function sorted({ channels, addresses, optOut, quietHours, urgent }: Preferences): unknown {
  return [
    channels?.toSorted() ?? null,
    Object.entries(addresses).toSorted(([one], [other]) => (one < other ? -1 : 1)),
    optOut.toSorted(),
    quietHours === null ? null : [quietHours.timeZone, quietHours.from, quietHours.to],
    [urgent.ignoresQuietHours, urgent.ignoresOptOut],
  ];
}
