import { canonOf, type Token } from "./token.ts";
import { tokenise } from "./tokenise.ts";

/** A stretch of the canonical text, by character: `start` belongs to it, `end` does not. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A sentence in the form that the reading rules match against. Immutable. */
export class Sentence {
  readonly canon: string;
  readonly tokens: readonly Token[];
  readonly #starts: readonly number[];

  constructor(text: string) {
    this.tokens = tokenise(text);
    const starts: number[] = [];
    let canon = "";
    for (const [index, token] of this.tokens.entries()) {
      if (canon !== "") canon += " ";
      starts.push(canon.length);
      canon += canonOf(token, index);
    }
    this.canon = canon;
    this.#starts = starts;
  }

  /** The token behind a mark: `#3` (or `3`) → token 3. */
  token(mark: string): Token | undefined {
    return this.tokens[Number(mark.replace(/^[#@~&]/u, ""))];
  }

  /** Where a token stands. */
  spanOf(index: number): Span {
    const start = this.#starts[index] ?? 0;
    return { start, end: (this.#starts[index + 1] ?? this.canon.length + 1) - 1 };
  }

  /** The tokens that start within a span. */
  within(span: Span): Token[] {
    return this.tokens.filter((_, index) => {
      const start = this.#starts[index] ?? 0;
      return start >= span.start && start < span.end;
    });
  }

  /** A stretch of canonical text as it was written, marks replaced. */
  written(canon: string): string {
    return canon
      .replaceAll(/[#@~&](\d+)/gu, (mark) => this.token(mark)?.written ?? mark)
      .replaceAll(/ ([,;:.)%])/gu, "$1")
      .replaceAll("( ", "(")
      .trim();
  }

  /** The same stretch with the capital letters that the author wrote. */
  asWritten(span: Span): string {
    const joined = this.within(span)
      .map((token) => token.written)
      .join(" ");
    return joined
      .replaceAll(/ ([,;:.)%])/gu, "$1")
      .replaceAll("( ", "(")
      .trim();
  }
}
