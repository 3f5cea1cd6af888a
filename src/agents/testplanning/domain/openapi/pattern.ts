/** A part of a regular expression of the subset that is understood here. */
type Node =
  | { readonly at: "text"; readonly text: string }
  | { readonly at: "all" | "any"; readonly of: readonly Node[] }
  | { readonly at: "repeat"; readonly of: Node; readonly min: number; readonly max: number };

const MAX_PATTERN = 200;
const MAX_REPEAT = 200;
/** A repetition that is longer counts as one without an end. */
const LONG = 50;

/** A pattern as tests can use it: anchored at both ends, with a text that fits. */
export interface UsablePattern {
  readonly pattern: string;
  readonly example: string;
}

/**
 * Makes a schema's pattern usable, or says that it is not: `null`. Left out are patterns that could need very long
 * (nested or many endless repetitions), and syntax that is not the same everywhere (references back, looking around).
 * JSON Schema looks for a pattern anywhere in the text; the result is the same question, anchored.
 *
 * @param mostEndless how many endless repetitions are let pass: the longer the texts, the fewer
 */
export function usablePattern(source: string, mostEndless: number): UsablePattern | null {
  if (source.length > MAX_PATTERN) return null;
  const inner = source.replace(/^\^/u, "").replace(/(?<!\\)\$$/u, "");
  const node = new PatternReader(inner).read();
  if (node === null || endless(node) > mostEndless) return null;
  const anchored = inner.length === source.length - 2 && !inner.includes("|");
  const pattern = anchored ? source : `^[\\s\\S]*(?:${source})[\\s\\S]*$`;
  const example = exampleOf(node);
  try {
    return new RegExp(pattern, "u").test(example) ? { pattern, example } : null;
  } catch {
    return null; // the constructor is the only public parser of this syntax, and it answers by throwing
  }
}

/** How many repetitions have no end; endlessly many where one is in another. Few decide a text of some hundred characters at once. */
function endless(node: Node): number {
  if (node.at === "text") return 0;
  if (node.at !== "repeat") return node.of.reduce((sum, each) => sum + endless(each), 0);
  const inner = endless(node.of);
  if (node.max <= LONG) return inner * Math.max(1, node.max);
  return inner > 0 || isVague(node.of) ? Number.POSITIVE_INFINITY : 1;
}

/** Matches texts of several lengths, or one text in several ways: repeated without end it is what takes for ever. */
function isVague(node: Node): boolean {
  if (node.at === "text") return false;
  if (node.at === "any") return node.of.length > 1;
  if (node.at === "repeat") return node.min !== node.max;
  return node.of.some(isVague);
}

function exampleOf(node: Node): string {
  switch (node.at) {
    case "text":
      return node.text;
    case "all":
      return node.of.map(exampleOf).join("");
    case "any":
      return node.of[0] === undefined ? "" : exampleOf(node.of[0]);
    case "repeat":
      return exampleOf(node.of).repeat(Math.max(node.min, Math.min(1, node.max)));
    default:
      return node satisfies never;
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  d: "1",
  D: "a",
  w: "a",
  W: "-",
  s: " ",
  S: "a",
  t: "\t",
  n: "\n",
};
const LITERAL = /[\\/.*+?^$|()[\]{}-]/u;

/** Reads literals, classes, groups, alternatives and repetitions; anything else gives null. */
class PatternReader {
  readonly #source: string;
  #at = 0;
  #failed = false;

  constructor(source: string) {
    this.#source = source;
  }

  read(): Node | null {
    const node = this.#alternatives();
    return this.#failed || this.#at < this.#source.length ? null : node;
  }

  #alternatives(): Node {
    const all: Node[] = [this.#sequence()];
    while (this.#take("|")) all.push(this.#sequence());
    return { at: "any", of: all };
  }

  #sequence(): Node {
    const all: Node[] = [];
    while (!this.#failed && this.#at < this.#source.length && !"|)".includes(this.#peek())) {
      const node = this.#atom();
      all.push(this.#repeated(node));
    }
    return { at: "all", of: all };
  }

  #atom(): Node {
    if (this.#take("(")) {
      if (this.#peek() === "?" && !this.#take("?:")) return this.#fail();
      const node = this.#alternatives();
      return this.#take(")") ? node : this.#fail();
    }
    if (this.#take("[")) return this.#class();
    if (this.#take("\\")) return this.#escape();
    const char = this.#next();
    if (char === ".") return { at: "text", text: "a" };
    return "^$*+?{}]".includes(char) ? this.#fail() : { at: "text", text: char };
  }

  #escape(): Node {
    const char = this.#next();
    const known = ESCAPES[char] ?? (LITERAL.test(char) ? char : undefined);
    return known === undefined ? this.#fail() : { at: "text", text: known };
  }

  /** The first member of a class stands for it; of one that is turned around, a letter that is not in it. */
  #class(): Node {
    const negated = this.#take("^");
    const end = /^(?:[^\]\\]|\\.)*/u.exec(this.#source.slice(this.#at))?.[0].length ?? 0;
    const body = this.#source.slice(this.#at, this.#at + end);
    this.#at += end;
    if (!this.#take("]") || body === "" || body.includes("[")) return this.#fail();
    const first = /^\\(.)|^./u.exec(body);
    const plain = first?.[1] === undefined ? first?.[0] : (ESCAPES[first[1]] ?? first[1]);
    if (!negated) return plain === undefined ? this.#fail() : { at: "text", text: plain };
    const test = classTest(body);
    const other = ["a", "Z", "0", "-", "é"].find((each) => test?.test(each) === false);
    return other === undefined ? this.#fail() : { at: "text", text: other };
  }

  #repeated(node: Node): Node {
    const found = /^(?:[*+?]|\{(\d+)(?:(,)(\d*))?\})\??/u.exec(this.#source.slice(this.#at));
    if (found === null) return node;
    this.#at += found[0].length;
    const [sign, low, comma, high] = [found[0].charAt(0), found[1], found[2], found[3]];
    const min = low === undefined ? (sign === "+" ? 1 : 0) : Number(low);
    const open = Number.POSITIVE_INFINITY;
    const given = comma === undefined ? min : high === "" ? open : Number(high);
    const max = low === undefined ? (sign === "?" ? 1 : open) : given;
    return min > MAX_REPEAT ? this.#fail() : { at: "repeat", of: node, min, max };
  }

  #peek(): string {
    return this.#source.charAt(this.#at);
  }

  #next(): string {
    const char = this.#peek();
    this.#at += 1;
    return char;
  }

  #take(text: string): boolean {
    if (!this.#source.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #fail(): Node {
    this.#failed = true;
    return { at: "text", text: "" };
  }
}

function classTest(body: string): RegExp | null {
  try {
    return new RegExp(`[${body}]`, "u");
  } catch {
    return null;
  }
}
