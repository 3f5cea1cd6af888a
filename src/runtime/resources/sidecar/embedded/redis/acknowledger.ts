import type { RedisLink } from "./redis-link.ts";

/** Acknowledges entries of streams: many at once, and again once Redis is back. */
export class Acknowledger {
  readonly #link: RedisLink;
  readonly #group: string;
  readonly #waiting = new Map<string, Set<string>>();
  #sending: Promise<void> | null = null;

  constructor(link: RedisLink, group: string) {
    this.#link = link;
    this.#group = group;
  }

  /** True while an entry is done with and Redis does not know it. */
  has(stream: string, id: string): boolean {
    return this.#waiting.get(stream)?.has(id) === true;
  }

  add(stream: string, id: string): void {
    const ids = this.#waiting.get(stream) ?? new Set();
    this.#waiting.set(stream, ids.add(id));
    this.#sending ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.#send());
  }

  /** Resolves once what could be sent was sent. */
  async flush(): Promise<void> {
    await this.#sending;
    if (this.#waiting.size > 0) await this.#send();
  }

  async #send(): Promise<void> {
    this.#sending = null;
    await Promise.all(
      [...this.#waiting].map(async ([stream, ids]) => {
        const sent = [...ids];
        try {
          await this.#link.send("XACK", stream, this.#group, ...sent);
        } catch {
          return; // Redis is away: `flush` is called when it is back.
        }
        for (const id of sent) ids.delete(id);
        if (ids.size === 0) this.#waiting.delete(stream);
      }),
    );
  }
}
