import type { Priority } from "../domain/notification-event.ts";
import { addressesOf, routeChannel } from "../domain/routing.ts";
import type { Route } from "../domain/routing.ts";
import type { Recipients, Suppressions, Zones } from "./ports.ts";

/** Whom a notification is for, and how much it matters. */
export interface Addressed {
  readonly recipient: string;
  readonly category: string;
  readonly priority: Priority;
}

/** Where one channel leads now. */
export interface ChannelRoute {
  readonly channel: string;
  readonly route: Route;
}

/** Gathers what the decision about channels is made from. */
export class Router {
  readonly #recipients: Recipients;
  readonly #suppressions: Suppressions;
  readonly #zones: Zones;
  readonly #clock: () => Date;

  constructor(options: {
    readonly recipients: Recipients;
    readonly suppressions: Suppressions;
    readonly zones: Zones;
    readonly clock: () => Date;
  }) {
    this.#recipients = options.recipients;
    this.#suppressions = options.suppressions;
    this.#zones = options.zones;
    this.#clock = options.clock;
  }

  async routes(
    { recipient, category, priority }: Addressed,
    channels: readonly string[],
  ): Promise<readonly ChannelRoute[]> {
    const { preferences } = await this.#recipients.find(recipient);
    const { quietHours } = preferences;
    const facts = {
      recipient,
      category,
      priority,
      preferences,
      suppressions: await this.#suppressions.find(addressesOf(channels, recipient, preferences)),
      zone: quietHours === null ? null : this.#zones(quietHours.timeZone),
      now: this.#clock().getTime(),
    };
    return channels.map((channel) => ({ channel, route: routeChannel(channel, facts) }));
  }
}
