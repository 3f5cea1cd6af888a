import { invalid } from "agents-apphost/kit";
import { statsOf } from "../domain/stats.ts";
import type { ChannelStats } from "../domain/stats.ts";
import type { DeliveryFigures, StatsFilter } from "./ports.ts";

/** Says how deliveries went. */
export class DeliveryStats {
  readonly #figures: DeliveryFigures;

  constructor(figures: DeliveryFigures) {
    this.#figures = figures;
  }

  /** @throws Problem 422 for a range that ends where it begins, or before. */
  async handle(filter: StatsFilter): Promise<readonly ChannelStats[]> {
    const { since, until } = filter;
    if (since !== null && until !== null && until <= since) {
      const message = `expected a time after since, which is ${since}`;
      throw invalid(`until: ${message}`, [{ path: "until", message }]);
    }
    return statsOf(await this.#figures.tallies(filter));
  }
}
