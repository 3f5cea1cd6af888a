/**
 * What ordinary code costs, with room: 2 million characters, the largest diff that is taken, cost some 500 million where
 * every tenth line begins a statement of twelve.
 */
const READING_LIMIT = 2_000_000_000;

/** A longer line is not read once the budget is used up. The cost of the shorter ones is bounded by the size of a diff. */
export const ALWAYS_READ = 200;

/** Looking for the end of a text that has none goes over its escapes again from each of its quotes. */
const ESCAPE = 10;

/**
 * How much text the rules of one review may read. A rule can take the square of the length of a statement, so that is what
 * a statement costs: code that people write costs little, and lines that were made to take long are soon too dear.
 */
export class ReadingBudget {
  #left: number;

  constructor(limit: number = READING_LIMIT) {
    this.#left = limit;
  }

  /** Whether a text of this length may still be read, if it holds no escapes. */
  allows(length: number): boolean {
    return length ** 2 <= this.#left;
  }

  /** Pays for a text if it may still be read; says whether it may. After a text that may not, none may. */
  take(text: string): boolean {
    const cost = (text.length + ESCAPE * (text.split("\\").length - 1)) ** 2;
    const affordable = cost <= this.#left;
    this.#left = affordable ? this.#left - cost : 0;
    return affordable;
  }
}
