/** What a model costs, in any currency, for a million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
}

/** Prices by the model's name. */
export type PriceTable = Readonly<Record<string, Price>>;

/** What was used since the process started. */
export interface ModelUsage {
  readonly calls: number;
  readonly failures: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** In the currency of the price table; null where the model has no price there. */
  readonly cost: number | null;
}

/** What so many tokens cost; null where that is not known. */
export function costOf(
  model: string | null,
  usage: { readonly input: number | null; readonly output: number | null },
  prices: PriceTable,
): number | null {
  const price = model === null ? undefined : prices[model];
  if (price === undefined || usage.input === null || usage.output === null) return null;
  return (usage.input * price.input + usage.output * price.output) / 1_000_000;
}
