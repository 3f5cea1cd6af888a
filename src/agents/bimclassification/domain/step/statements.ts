import { StepError } from "./step-error.ts";
import type { Position } from "./step-error.ts";

/** One statement of a STEP file, without its semicolon, as it stands there: comments and line breaks included. */
export interface Statement {
  readonly text: string;
  /** Of its first character that is neither space nor comment. */
  readonly start: Position;
  /** The same place, counted in characters from the beginning of the file. */
  readonly offset: number;
}

/** No entity that means something here is longer; geometry of a very large mesh may be, and says so. */
const MAX_STATEMENT = 16 * 1024 * 1024;

type State = "between" | "inside" | "string" | "comment" | "comment-between";

/**
 * Cuts a STEP file into statements, piece by piece as it comes in, so that a file needs no more memory than its longest
 * statement. A semicolon inside of a string or a comment ends nothing. It looks from one telling character to the next:
 * files have hundreds of megabytes.
 */
export class StatementSplitter {
  #state: State = "between";
  /** The piece in hand, with what was held back of the one before. */
  #piece = "";
  #at = 0;
  /** Where the part of this piece begins that belongs to the statement in hand. */
  #from = 0;
  /** Where its next line break is. */
  #newline = 0;
  /** What earlier pieces had of the statement in hand. */
  #text = "";
  #start: Position = { line: 1, column: 1 };
  #offset = 0;
  /** Where a string or comment that is open began. */
  #opened: Position = { line: 1, column: 1 };
  #line = 1;
  #column = 1;
  #seen = 0;

  /** The statements that end in this piece. @throws StepError */
  *push(piece: string): Generator<Statement> {
    this.#piece = this.#piece.slice(this.#at) + piece;
    this.#at = 0;
    this.#from = 0;
    this.#newline = this.#nextLine(0);
    while (this.#at < this.#piece.length) {
      const step = this.#step();
      if (step === "wait") break;
      if (step === "ended") yield this.#end();
    }
    if (!this.#isBetween()) this.#keep(this.#at);
  }

  /** Where reading stands. */
  get position(): Position {
    return { line: this.#line, column: this.#column };
  }

  /** What was read of a statement that has no end yet. */
  get unfinished(): string {
    return this.#text;
  }

  /** The file ends. @throws StepError when something was still open. */
  end(): void {
    switch (this.#state) {
      case "between":
        if (this.#at === this.#piece.length) return;
        throw new StepError("a slash stands alone at the end of the file", this.position);
      case "inside":
        throw new StepError("the file ends inside of this statement: it has no semicolon", this.#start);
      case "string":
        throw new StepError(
          "the file ends inside of this string: it has no closing apostrophe",
          this.#opened,
        );
      case "comment":
      case "comment-between":
        throw new StepError("the file ends inside of this comment: it is not closed", this.#opened);
      default:
        this.#state satisfies never;
    }
  }

  /** Goes to the next telling character and past it. `wait`: half of a sign may be in the next piece. */
  #step(): "on" | "ended" | "wait" {
    switch (this.#state) {
      case "between":
        return this.#between();
      case "inside":
        return this.#inside();
      case "string": {
        const close = this.#piece.indexOf("'", this.#at);
        this.#move(close === -1 ? this.#piece.length : close + 1);
        // A doubled apostrophe closes the string and opens it again at once: the same in the end.
        if (close !== -1) this.#state = "inside";
        return "on";
      }
      case "comment":
      case "comment-between":
        return this.#comment();
      default:
        return this.#state satisfies never;
    }
  }

  #between(): "on" | "wait" {
    this.#move(this.#find(TELLING_BETWEEN));
    const code = this.#piece.charCodeAt(this.#at);
    if (Number.isNaN(code)) return "on";
    if (code === SLASH) {
      const next = this.#piece.charCodeAt(this.#at + 1);
      if (Number.isNaN(next)) return "wait";
      if (next === STAR) return this.#open("comment-between", 2);
    }
    if (code === SEMICOLON) {
      this.#move(this.#at + 1); // an empty statement
      return "on";
    }
    this.#start = this.position;
    this.#offset = this.#seen;
    this.#from = this.#at;
    this.#state = "inside";
    return "on";
  }

  #inside(): "on" | "ended" | "wait" {
    this.#move(this.#find(TELLING_INSIDE));
    const code = this.#piece.charCodeAt(this.#at);
    if (Number.isNaN(code)) return "on";
    if (code === SEMICOLON) return "ended";
    if (code === APOSTROPHE) return this.#open("string", 1);
    const next = this.#piece.charCodeAt(this.#at + 1);
    if (Number.isNaN(next)) return "wait";
    if (next === STAR) return this.#open("comment", 2);
    this.#move(this.#at + 1);
    return "on";
  }

  #comment(): "on" | "wait" {
    const close = this.#piece.indexOf("*/", this.#at);
    if (close !== -1) {
      this.#move(close + 2);
      this.#state = this.#state === "comment" ? "inside" : "between";
      return "on";
    }
    const half = this.#piece.endsWith("*");
    this.#move(this.#piece.length - (half ? 1 : 0));
    return half ? "wait" : "on";
  }

  #open(state: "string" | "comment" | "comment-between", length: number): "on" {
    this.#state = state;
    this.#opened = this.position;
    this.#move(this.#at + length);
    return "on";
  }

  /** The statement that ends here; reading goes on behind its semicolon. */
  #end(): Statement {
    this.#keep(this.#at);
    const statement = { text: this.#text, start: this.#start, offset: this.#offset };
    this.#text = "";
    this.#state = "between";
    this.#move(this.#at + 1);
    return statement;
  }

  #keep(to: number): void {
    if (this.#text.length + (to - this.#from) > MAX_STATEMENT)
      throw new StepError("this statement is longer than 16 million characters", this.#start);
    this.#text += this.#piece.slice(this.#from, to);
  }

  #isBetween(): boolean {
    return this.#state === "between" || this.#state === "comment-between";
  }

  #find(telling: RegExp): number {
    telling.lastIndex = this.#at;
    return telling.test(this.#piece) ? telling.lastIndex - 1 : this.#piece.length;
  }

  #move(to: number): void {
    this.#seen += to - this.#at;
    let line = this.#at;
    // The next line break is looked for once: a file may have none, and thousands of statements.
    while (this.#newline < to) {
      this.#line += 1;
      this.#column = 1;
      line = this.#newline + 1;
      this.#newline = this.#nextLine(line);
    }
    this.#column += to - line;
    this.#at = to;
  }

  #nextLine(from: number): number {
    const found = this.#piece.indexOf("\n", from);
    return found === -1 ? Infinity : found;
  }
}

const APOSTROPHE = 0x27;
const STAR = 0x2a;
const SLASH = 0x2f;
const SEMICOLON = 0x3b;
/** The first character of something; a byte order mark is none. */
const TELLING_BETWEEN = /[^\s\uFEFF]/g;
const TELLING_INSIDE = /[;'/]/g;
