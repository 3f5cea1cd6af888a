import type { AppClient } from "./app-client.ts";

/** How an app is asked whether it is healthy. */
export interface AppHealthSettings {
  readonly path: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** So many failures since the last change make it unhealthy; one success makes it healthy. */
  readonly threshold: number;
}

export interface AppHealthOptions {
  readonly settings: AppHealthSettings;
  readonly client: AppClient;
  readonly headers: Readonly<Record<string, string>>;
  readonly onChange: (healthy: boolean) => void;
}

/**
 * Asks an app for its health, as Dapr does (https://docs.dapr.io/developing-applications/building-blocks/observability/app-health/):
 * it counts as unhealthy until it has answered 2xx once.
 */
export class AppHealth {
  readonly settings: AppHealthSettings;
  readonly #options: AppHealthOptions;
  #timer: NodeJS.Timeout | null = null;
  #healthy = false;
  #failures = 0;
  #generation = 0;

  constructor(options: AppHealthOptions) {
    this.settings = options.settings;
    this.#options = options;
  }

  get healthy(): boolean {
    return this.#healthy;
  }

  start(): void {
    this.stop();
    void this.#probe(this.#generation);
    this.#timer = setInterval(() => void this.#probe(this.#generation), this.settings.intervalMs);
  }

  stop(): void {
    this.#generation += 1;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#healthy = false;
    this.#failures = 0;
  }

  async #probe(generation: number): Promise<void> {
    const { client, headers, onChange } = this.#options;
    const answer = await client.get(this.settings.path, headers, this.settings.timeoutMs);
    if (generation !== this.#generation) return;
    if (answer.at === "answered" && answer.status >= 200 && answer.status <= 299) {
      this.#failures = 0;
      if (this.#healthy) return;
      this.#healthy = true;
      onChange(true);
      return;
    }
    this.#failures += 1;
    if (!this.#healthy || this.#failures < this.settings.threshold) return;
    this.#healthy = false;
    this.#failures = 0;
    onChange(false);
  }
}
