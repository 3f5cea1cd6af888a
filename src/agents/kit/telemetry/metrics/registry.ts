/** The value of a label; null: the label is left out. */
export type LabelValue = string | number | null;

/** What an instrument is called and how its values are told apart. */
export interface InstrumentOptions {
  /** As OpenTelemetry names it: `http.server.request.duration`. */
  readonly name: string;
  readonly description: string;
  /** UCUM: `s`, `{token}`; empty where there is none. */
  readonly unit: string;
  readonly labels: readonly string[];
}

/** One time series of an instrument as it stands. */
export interface Point<Value> {
  readonly labels: readonly (readonly [name: string, value: string | number])[];
  readonly value: Value;
}

/** A distribution: how many values were at most as great as each bound, and how many greater than the last. */
export interface Distribution {
  readonly bounds: readonly number[];
  /** One more than there are bounds; not cumulative. */
  readonly counts: readonly number[];
  readonly sum: number;
  readonly count: number;
}

/** An instrument and its series, as they stand. */
export type Reading = InstrumentOptions &
  (
    | { readonly kind: "counter" | "gauge"; readonly points: readonly Point<number>[] }
    | { readonly kind: "histogram"; readonly points: readonly Point<Distribution>[] }
  );

/** Series of one instrument at most: labels come from a small set, and where they do not, memory is not the price. */
const MOST_SERIES = 2000;
const OVERFLOW = "otel.metric.overflow";

/** The series of one instrument, by the values of its labels. */
class Series<State> {
  readonly #labels: readonly string[];
  readonly #make: () => State;
  readonly #states = new Map<string, { readonly values: readonly LabelValue[]; readonly state: State }>();
  #overflow: State | null = null;

  constructor(labels: readonly string[], make: () => State) {
    this.#labels = labels;
    this.#make = make;
  }

  of(values: readonly LabelValue[]): State {
    const key = values.join("\u0000");
    const known = this.#states.get(key);
    if (known !== undefined) return known.state;
    if (this.#states.size >= MOST_SERIES) return (this.#overflow ??= this.#make());
    const state = this.#make();
    this.#states.set(key, { values, state });
    return state;
  }

  points<Value>(read: (state: State) => Value): readonly Point<Value>[] {
    const points = [...this.#states.values()].map(({ values, state }) => ({
      labels: this.#labels.flatMap((name, index) => {
        const value = values[index] ?? null;
        return value === null ? [] : [[name, value] as const];
      }),
      value: read(state),
    }));
    return this.#overflow === null
      ? points
      : [...points, { labels: [[OVERFLOW, "true"]], value: read(this.#overflow) }];
  }
}

/** A sum that only grows. */
export class Counter {
  readonly #options: InstrumentOptions;
  readonly #series: Series<{ sum: number }>;

  constructor(options: InstrumentOptions) {
    this.#options = options;
    this.#series = new Series(options.labels, () => ({ sum: 0 }));
  }

  /** @param values of the labels, in their order. */
  add(amount: number, values: readonly LabelValue[]): void {
    this.#series.of(values).sum += amount;
  }

  read(): Reading {
    return { ...this.#options, kind: "counter", points: this.#series.points(({ sum }) => sum) };
  }
}

/** A distribution of values over fixed bounds. */
export class Histogram {
  readonly #options: InstrumentOptions;
  readonly #bounds: readonly number[];
  readonly #series: Series<{ readonly counts: number[]; sum: number; count: number }>;

  /** @param bounds upper bounds, which belong to their bucket, in ascending order. */
  constructor(options: InstrumentOptions, bounds: readonly number[]) {
    this.#options = options;
    this.#bounds = bounds;
    this.#series = new Series(options.labels, () => ({
      counts: Array.from({ length: bounds.length + 1 }, () => 0),
      sum: 0,
      count: 0,
    }));
  }

  /** @param values of the labels, in their order. */
  record(value: number, values: readonly LabelValue[]): void {
    const state = this.#series.of(values);
    let bucket = 0;
    while (bucket < this.#bounds.length && value > (this.#bounds[bucket] ?? 0)) bucket += 1;
    state.counts[bucket] = (state.counts[bucket] ?? 0) + 1;
    state.sum += value;
    state.count += 1;
  }

  read(): Reading {
    const bounds = this.#bounds;
    const points = this.#series.points(({ counts, sum, count }) => ({
      bounds,
      counts: [...counts],
      sum,
      count,
    }));
    return { ...this.#options, kind: "histogram", points };
  }
}

/** A value that is looked up when it is asked for. Null: it is not known now, and nothing is said about it. */
export class Gauge {
  readonly #options: InstrumentOptions;
  readonly #look: () => Promise<number | null>;

  constructor(options: InstrumentOptions, look: () => Promise<number | null>) {
    this.#options = options;
    this.#look = look;
  }

  async read(): Promise<Reading> {
    const value = await this.#look();
    return { ...this.#options, kind: "gauge", points: value === null ? [] : [{ labels: [], value }] };
  }
}
