import { goDuration } from "../publish/publish-metadata.ts";

/** The metadata of a component as it counts for one app: names match in any case, as they do in Dapr. */
export class Metadata {
  readonly #values: ReadonlyMap<string, string>;

  constructor(entries: Iterable<readonly [string, string]>) {
    this.#values = new Map([...entries].map(([name, value]) => [name.toLowerCase(), value]));
  }

  /** Empty where it is not given. */
  text(name: string): string {
    return this.#values.get(name.toLowerCase()) ?? "";
  }

  /** Words for yes as Dapr's components read them. */
  flag(name: string): boolean {
    return /^(?:y|yes|true|t|on|1)$/iu.test(this.text(name).trim());
  }

  /** @throws Error where it is given and is no whole number */
  integer(name: string, otherwise: number): number {
    const text = this.text(name);
    if (text === "") return otherwise;
    if (!/^[+-]?\d+$/u.test(text)) throw new Error(`${name} is not a whole number: ${text}`);
    return Number(text);
  }

  /**
   * A time in ms: a whole number is one of ms already, anything else is read as Go reads durations (`1m30s`).
   *
   * @throws Error where it is given and is neither
   */
  durationMs(name: string, otherwise: number): number {
    const text = this.text(name);
    if (text === "") return otherwise;
    const ms = /^[+-]?\d+$/u.test(text) ? Number(text) : goDuration(text);
    if (ms === null) throw new Error(`${name} is not a duration: ${text}`);
    return ms;
  }

  /** Two components of the same metadata are the same. */
  get identity(): string {
    return JSON.stringify([...this.#values].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }
}
