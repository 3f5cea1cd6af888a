import type { Channel } from "./ports.ts";

/** The channels that are set up here, and what the others would take. */
export class ChannelSet {
  readonly names: readonly string[];
  readonly #channels: ReadonlyMap<string, Channel>;
  readonly #setup: Readonly<Record<string, string>>;

  /** @param setup what has to be set for each channel that needs something. */
  constructor(channels: readonly Channel[], setup: Readonly<Record<string, string>>) {
    this.names = channels.map((channel) => channel.name);
    this.#channels = new Map(channels.map((channel) => [channel.name, channel]));
    this.#setup = setup;
  }

  get(name: string): Channel | undefined {
    return this.#channels.get(name);
  }

  /** Why there is no such channel here, and what to do about it. */
  whyNot(name: string): string {
    const there = `there are ${this.names.join(", ")}`;
    const needed = Object.hasOwn(this.#setup, name) ? this.#setup[name] : undefined;
    return needed === undefined
      ? `"${name}" is no channel here; ${there}`
      : `"${name}" is no channel here: it is not set up, ${needed} is not set; ${there}`;
  }
}
