import { SAMPLE_MARK } from "./sample-mark.ts";
import type { JsonSchema } from "./chat-model.ts";

type Draw = (count: number) => number;

const FORMATS: Readonly<Record<string, (draw: Draw) => string>> = {
  "date-time": (draw) => `2026-01-${two(1 + draw(28))}T${two(draw(24))}:00:00Z`,
  date: (draw) => `2026-01-${two(1 + draw(28))}`,
  time: (draw) => `${two(draw(24))}:00:00Z`,
  duration: (draw) => `PT${1 + draw(60)}M`,
  email: (draw) => `sample${draw(1000)}@example.com`,
  hostname: () => "sample.example.com",
  ipv4: (draw) => `192.0.2.${1 + draw(254)}`,
  ipv6: () => "2001:db8::1",
  uri: (draw) => `https://example.com/sample/${draw(1000)}`,
  "uri-reference": (draw) => `/sample/${draw(1000)}`,
  uuid: (draw) =>
    `00000000-0000-4000-8000-${draw(2 ** 30)
      .toString(16)
      .padStart(12, "0")}`,
};

/** A text that fits a schema; it starts with `[sample]` where the schema leaves room for that. */
export function sampleString(schema: JsonSchema, name: string, draw: Draw): string {
  const { format, pattern } = schema;
  const make = typeof format === "string" ? FORMATS[format] : undefined;
  if (make !== undefined) return make(draw);
  const least = typeof schema["minLength"] === "number" ? schema["minLength"] : 0;
  const most = typeof schema["maxLength"] === "number" ? schema["maxLength"] : Number.POSITIVE_INFINITY;
  const text = fit(`${SAMPLE_MARK} ${name === "" ? "text" : words(name)}`, least, most);
  if (typeof pattern !== "string") return text;
  const wanted = new RegExp(pattern, "u");
  return wanted.test(text) ? text : fromPattern(pattern, wanted, least, most);
}

function fit(text: string, least: number, most: number): string {
  const long = text.length >= least ? text : text + " sample".repeat(Math.ceil((least - text.length) / 7));
  return long.length > Math.max(most, least) ? long.slice(0, Math.max(most, least)) : long;
}

function words(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll(/[-_]+/g, " ")
    .toLowerCase();
}

/** Writes out the usual parts of a pattern: literals, classes, groups, alternatives and counts. */
function fromPattern(pattern: string, wanted: RegExp, least: number, most: number): string {
  for (const repeat of [1, Math.max(least, 1), Math.min(most, 8), 0]) {
    const text = new PatternReader(pattern, repeat).read();
    if (wanted.test(text) && text.length >= least && text.length <= most) return text;
  }
  return fit("sample", least, most);
}

class PatternReader {
  readonly #pattern: string;
  readonly #repeat: number;
  #at = 0;

  constructor(pattern: string, repeat: number) {
    this.#pattern = pattern;
    this.#repeat = repeat;
  }

  /** The first alternative from here up to the end of the group. */
  read(): string {
    let text = "";
    let skipping = false;
    while (this.#at < this.#pattern.length && this.#pattern[this.#at] !== ")") {
      if (this.#pattern[this.#at] === "|") {
        skipping = true;
        this.#at += 1;
        continue;
      }
      const piece = this.#piece();
      if (!skipping) text += piece;
    }
    return text;
  }

  #piece(): string {
    const atom = this.#atom();
    return atom.repeat(this.#count());
  }

  #atom(): string {
    const char = this.#pattern[this.#at] ?? "";
    this.#at += 1;
    if (char === "^" || char === "$") return "";
    if (char === ".") return "a";
    if (char === "\\") return this.#escape();
    if (char === "[") return this.#class();
    if (char !== "(") return char;
    const look = /^\?(?::|<[A-Za-z]\w*>|[=!]|<[=!])/.exec(this.#pattern.slice(this.#at))?.[0] ?? "";
    this.#at += look.length;
    const inner = this.read();
    this.#at += 1;
    return /^\?<?[=!]/.test(look) ? "" : inner;
  }

  #escape(): string {
    const char = this.#pattern[this.#at] ?? "";
    this.#at += 1;
    return { d: "1", w: "a", s: " ", D: "a", W: "-", S: "a", b: "" }[char] ?? char;
  }

  #class(): string {
    const end = this.#pattern.indexOf("]", this.#at + 1);
    const inner = this.#pattern.slice(this.#at, end);
    this.#at = end + 1;
    if (inner.startsWith("^")) return ["a", "1", " ", "-"].find((char) => !inner.includes(char)) ?? "z";
    return inner.startsWith("\\")
      ? ({ "\\d": "1", "\\w": "a", "\\s": " " }[inner.slice(0, 2)] ?? inner[1] ?? "")
      : (inner[0] ?? "");
  }

  #count(): number {
    const rest = this.#pattern.slice(this.#at);
    const found = /^(?:[*+?]|\{(\d+)(?:,(\d*))?\})\??/.exec(rest);
    if (found === null) return 1;
    this.#at += found[0].length;
    if (found[1] === undefined)
      return found[0].startsWith("+")
        ? Math.max(this.#repeat, 1)
        : Math.min(this.#repeat, found[0].startsWith("?") ? 1 : this.#repeat);
    const low = Number(found[1]);
    const high = found[2] === undefined ? low : found[2] === "" ? Number.POSITIVE_INFINITY : Number(found[2]);
    return Math.min(Math.max(low, this.#repeat), high);
  }
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
