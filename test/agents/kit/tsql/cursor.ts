import { RESERVED } from "./words.ts";
import { tokenise } from "./tokens.ts";
import type { Token } from "./tokens.ts";

/** A place in a statement. Whatever does not fit throws a SyntaxError that says what was expected. */
export class Cursor {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(sql: string) {
    this.#tokens = tokenise(sql);
  }

  get next(): Token {
    return this.#tokens[this.#at] ?? { is: "end", text: "the end" };
  }

  get ended(): boolean {
    return this.next.is === "end";
  }

  /** True when these words or signs follow; nothing is taken. */
  sees(...texts: readonly string[]): boolean {
    return texts.every((text, index) => {
      const token = this.#tokens[this.#at + index];
      return token !== undefined && (token.is === "word" || token.is === "sign") && token.text === text;
    });
  }

  /** Takes these words or signs when they follow. */
  takes(...texts: readonly string[]): boolean {
    if (!this.sees(...texts)) return false;
    this.#at += texts.length;
    return true;
  }

  needs(...texts: readonly string[]): void {
    if (!this.takes(...texts)) this.fail(texts.join(" "));
  }

  /** Takes a token of this kind. */
  one(is: Exclude<Token["is"], "end">): string {
    const { next } = this;
    if (next.is !== is) this.fail(`a ${is}`);
    this.#at += 1;
    return next.text;
  }

  /** A name: in brackets, or a word that is not reserved. At most 128 characters. */
  name(): string {
    const { next } = this;
    if (next.is === "word" && RESERVED.has(next.text))
      this.fail(`a name (${next.text} is a reserved word: quote it)`);
    if (next.is === "word" && ["true", "false"].includes(next.text))
      this.fail("a value (T-SQL has no true and false)");
    if (next.is !== "name" && next.is !== "word") this.fail("a name");
    if (next.text.length > 128) this.fail("a name of 128 characters at most");
    this.#at += 1;
    return next.text;
  }

  /** One or more, separated by commas. */
  list<Item>(item: () => Item): readonly Item[] {
    const items = [item()];
    while (this.takes(",")) items.push(item());
    return items;
  }

  inParens<Inner>(inner: () => Inner): Inner {
    this.needs("(");
    const value = inner();
    this.needs(")");
    return value;
  }

  /** The first of the readings that fits; the error is that of the one that came furthest. */
  either<Value>(...readings: readonly (() => Value)[]): Value {
    const from = this.#at;
    let furthest = { at: -1, error: new Error("no reading") };
    for (const read of readings) {
      try {
        return read();
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        if (this.#at >= furthest.at) furthest = { at: this.#at, error };
        this.#at = from;
      }
    }
    throw furthest.error;
  }

  fail(expected: string): never {
    const { next } = this;
    const before = this.#tokens
      .slice(Math.max(0, this.#at - 4), this.#at)
      .map(({ text }) => text)
      .join(" ");
    throw new SyntaxError(`after "${before}": expected ${expected}, found "${next.text}"`);
  }
}
