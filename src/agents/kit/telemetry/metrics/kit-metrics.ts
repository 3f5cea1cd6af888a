import { Counter, Gauge, Histogram } from "./registry.ts";
import type { Reading } from "./registry.ts";

/** Seconds; what OpenTelemetry advises for HTTP and messaging. */
const DURATION = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
/** Seconds; what its conventions for generative AI lay down: 0.01 to 81.92, doubling. */
const MODEL_DURATION = Array.from({ length: 14 }, (_, index) => 0.01 * 2 ** index);
/** Tokens; likewise: 1 to 67108864, times four. */
const TOKENS = Array.from({ length: 14 }, (_, index) => 4 ** index);

/** What became of a delivery. */
export type DeliveryResult = "handled" | "repeated" | "dropped" | "failed";

/** Who was asked for an answer. */
export interface AskedModel {
  readonly provider: string;
  readonly requested: string;
  /** Null where it is not known: the call has failed. */
  readonly answered: string | null;
}

/**
 * What every agent counts, from its start on. The names are those of OpenTelemetry's semantic conventions where these have
 * one. Counting costs a map look-up and an addition, so it is never off; `GET /metrics` and OTLP are two views of it.
 */
export class KitMetrics {
  /** When counting began, milliseconds since 1970. */
  readonly since = Date.now();
  readonly #requests = new Histogram(
    {
      name: "http.server.request.duration",
      description: "Duration of HTTP server requests.",
      unit: "s",
      labels: ["http.request.method", "http.route", "http.response.status_code", "error.type"],
    },
    DURATION,
  );
  readonly #deliveries = new Histogram(
    {
      name: "messaging.process.duration",
      description: "Duration of handling a delivered event.",
      unit: "s",
      labels: [
        "messaging.system",
        "messaging.operation.name",
        "messaging.destination.name",
        "agents.delivery.result",
        "error.type",
      ],
    },
    DURATION,
  );
  readonly #publishes = new Histogram(
    {
      name: "messaging.client.operation.duration",
      description: "Duration of publishing an event.",
      unit: "s",
      labels: [
        "messaging.system",
        "messaging.operation.name",
        "messaging.operation.type",
        "messaging.destination.name",
        "error.type",
      ],
    },
    DURATION,
  );
  readonly #duplicates = new Counter({
    name: "agents.inbox.duplicates",
    description: "Deliveries of events that had been handled before.",
    unit: "{delivery}",
    labels: ["messaging.destination.name"],
  });
  readonly #answers = new Histogram(
    {
      name: "gen_ai.client.operation.duration",
      description: "Duration of asking a model, repetitions included.",
      unit: "s",
      labels: [
        "gen_ai.operation.name",
        "gen_ai.provider.name",
        "gen_ai.request.model",
        "gen_ai.response.model",
        "error.type",
      ],
    },
    MODEL_DURATION,
  );
  readonly #tokens = new Histogram(
    {
      name: "gen_ai.client.token.usage",
      description: "Tokens read and written by a model in one call.",
      unit: "{token}",
      labels: [
        "gen_ai.operation.name",
        "gen_ai.provider.name",
        "gen_ai.request.model",
        "gen_ai.response.model",
        "gen_ai.token.type",
      ],
    },
    TOKENS,
  );
  readonly #cost = new Counter({
    name: "agents.llm.cost",
    description: "Cost of model calls, in the currency of AGENTS_MODEL_PRICES.",
    unit: "",
    labels: ["gen_ai.response.model"],
  });
  readonly #gauges: Gauge[] = [];

  request(
    seconds: number,
    {
      method,
      route,
      status,
      error,
    }: { method: string; route: string | null; status: number; error: string | null },
  ): void {
    this.#requests.record(seconds, [method, route, status, error]);
  }

  delivery(seconds: number, topic: string, result: DeliveryResult, error: string | null): void {
    this.#deliveries.record(seconds, ["dapr", "process", topic, result, error]);
    if (result === "repeated") this.#duplicates.add(1, [topic]);
  }

  publish(seconds: number, topic: string, error: string | null): void {
    this.#publishes.record(seconds, ["dapr", "publish", "send", topic, error]);
  }

  answer(
    seconds: number,
    { provider, requested, answered }: AskedModel,
    usage: { readonly input: number | null; readonly output: number | null },
    error: string | null,
  ): void {
    const asked = ["chat", provider, requested, answered];
    this.#answers.record(seconds, [...asked, error]);
    if (usage.input !== null) this.#tokens.record(usage.input, [...asked, "input"]);
    if (usage.output !== null) this.#tokens.record(usage.output, [...asked, "output"]);
  }

  cost(amount: number, model: string | null): void {
    this.#cost.add(amount, [model]);
  }

  /** How the outbox stands, asked for whenever the metrics are. */
  watchOutbox(look: () => Promise<{ readonly pending: number | null; readonly failed: number }>): void {
    const gauge = (name: string, description: string, read: () => Promise<number | null>): void => {
      this.#gauges.push(new Gauge({ name, description, unit: "{event}", labels: [] }, read));
    };
    gauge(
      "agents.outbox.pending",
      "Events that are committed and not yet published.",
      async () => (await look()).pending,
    );
    gauge(
      "agents.outbox.failed",
      "Of these, events that could not be published at their last attempt.",
      async () => (await look()).failed,
    );
  }

  /** Everything as it stands; an instrument that has counted nothing is in it without points. */
  async read(): Promise<readonly Reading[]> {
    const counted = [
      this.#requests,
      this.#deliveries,
      this.#publishes,
      this.#duplicates,
      this.#answers,
      this.#tokens,
      this.#cost,
    ].map((instrument) => instrument.read());
    return [...counted, ...(await Promise.all(this.#gauges.map((gauge) => gauge.read())))];
  }
}
