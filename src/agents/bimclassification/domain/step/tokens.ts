import { decodeStepString } from "./step-string.ts";
import { StepError } from "./step-error.ts";
import type { Position } from "./step-error.ts";

/** Reads the tokens of one statement, and knows where each stands. */
export class Tokens {
  readonly #text: string;
  readonly #start: Position;
  #at = 0;

  constructor(text: string, start: Position) {
    this.#text = text;
    this.#start = start;
  }

  /** The next character that is neither space nor comment; empty at the end. */
  peek(): string {
    this.#skip();
    return this.#text.charAt(this.#at);
  }

  expect(char: string): void {
    if (this.peek() !== char) throw this.#unexpected(`"${char}"`);
    this.#at += 1;
  }

  expectEnd(): void {
    if (this.peek() !== "") throw this.#unexpected("the end of the statement");
  }

  /** `#12` */
  instanceName(): number {
    return Number(this.#match(/#[0-9]{1,15}/y, "the number of an instance, such as #12").slice(1));
  }

  /** A name of an entity or type, in upper case. */
  keyword(): string {
    return this.#match(/!?[A-Za-z_][A-Za-z0-9_-]*/y, "the name of an entity").toUpperCase();
  }

  enumeration(): string {
    return this.#match(/\.[A-Za-z_][A-Za-z0-9_]*\./y, "an enumeration, such as .T.")
      .slice(1, -1)
      .toUpperCase();
  }

  number(): number {
    return Number(this.#match(/[+-]?[0-9]+(?:\.[0-9]*)?(?:[Ee][+-]?[0-9]+)?/y, "a value"));
  }

  binary(): string {
    return this.#match(/"[0-3][0-9A-Fa-f]*"/y, "a binary value").slice(1, -1);
  }

  text(): string {
    this.#skip();
    const opened = this.#at;
    let close = opened + 1;
    for (;;) {
      close = this.#text.indexOf("'", close);
      if (close === -1) throw this.error("this string has no closing apostrophe");
      if (this.#text.charAt(close + 1) !== "'") break;
      close += 2;
    }
    const decoded = decodeStepString(this.#text.slice(opened + 1, close));
    if (!decoded.ok) {
      this.#at = opened + 1 + decoded.at;
      throw this.error(decoded.problem);
    }
    this.#at = close + 1;
    return decoded.text;
  }

  /** What is wrong, where reading stands now. */
  error(message: string): StepError {
    return new StepError(message, this.#position());
  }

  #match(pattern: RegExp, what: string): string {
    this.#skip();
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.#text) ?? [];
    if (found === undefined) throw this.#unexpected(what);
    this.#at += found.length;
    return found;
  }

  #unexpected(expected: string): StepError {
    const found = this.#text.slice(this.#at, this.#at + 20).split("\n", 1)[0] ?? "";
    const shown = this.#at >= this.#text.length ? "the statement ends" : `there is "${found}"`;
    return this.error(`expected ${expected}, but ${shown}`);
  }

  #skip(): void {
    for (;;) {
      while (this.#at < this.#text.length && this.#text.charCodeAt(this.#at) <= 0x20) this.#at += 1;
      if (!this.#text.startsWith("/*", this.#at)) return;
      // The splitter has seen to it that every comment is closed.
      const close = this.#text.indexOf("*/", this.#at + 2);
      this.#at = close === -1 ? this.#text.length : close + 2;
    }
  }

  #position(): Position {
    const before = this.#text.slice(0, this.#at);
    const lines = before.split("\n");
    const last = lines.at(-1) ?? "";
    if (lines.length === 1) return { line: this.#start.line, column: this.#start.column + last.length };
    return { line: this.#start.line + lines.length - 1, column: last.length + 1 };
  }
}
