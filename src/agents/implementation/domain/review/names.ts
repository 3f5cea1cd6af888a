import { textAlone } from "./literals.ts";
import { inPath } from "./harmless.ts";

/** A longer expression is not kept. */
const MAX_VALUE = 1000;

/** What the names of a file hold, as far as the visible lines tell. */
export class Names {
  readonly #sent = new Set<string>();
  readonly #values = new Map<string, string>();
  readonly #source: RegExp;

  /** @param source what reads from a request in this language */
  constructor(source: RegExp) {
    this.#source = source;
  }

  /** Whether an expression holds something that a user sent. */
  areSent(expression: string): boolean {
    if (this.#source.test(expression)) return true;
    return namesOf(expression).some((name) => this.#sent.has(name));
  }

  /** The expression that a name was given last, with what was added to it since; empty where it is not known. */
  valueOf(name: string): string {
    return this.#values.get(name) ?? "";
  }

  /** The fixed text that a name stands for; empty where it stands for none, or it is not known. */
  textOf(name: string): string {
    return textAlone(this.valueOf(name)) ?? "";
  }

  /** Takes note of an assignment. A guard (a comparison with a root folder) makes the names in it harmless from there on. */
  read(line: string, guard: RegExp): void {
    if (guard.test(line)) {
      for (const name of namesOf(line)) this.#sent.delete(name);
      return;
    }
    const [, target, sign, rest] = ASSIGNED.exec(line) ?? [];
    if (target === undefined || rest === undefined) return;
    const value = withoutEnd(rest);
    const sent = this.areSent(value) && this.areSent(inPath.without(value));
    for (const name of namesIn(target)) {
      const all = sign === "=" ? value : `${this.valueOf(name)} + ${value}`;
      if (all.length <= MAX_VALUE) this.#values.set(name, all);
      else this.#values.delete(name);
      if (sent) this.#sent.add(name);
      else if (sign === "=") this.#sent.delete(name);
    }
  }
}

/** Blanks beside each other are for one part alone: shared out in every way, a line of them would take seconds. */
const ASSIGNED =
  /^\s*(?:export\s+)?(?:(?:const|let|var)\s+)?(\{[^}]*\}|[\w$]+)(?:\s*:[^=]+|\s*)(\+?=)(?![=>])\s*([^]*)$/;

/** An expression without the semicolon behind it. */
function withoutEnd(text: string): string {
  const whole = text.trimEnd();
  return whole.endsWith(";") ? whole.slice(0, -1).trimEnd() : whole;
}

/** `{ a, b: c, d = 1 }` binds a, c and d. */
function namesIn(target: string): readonly string[] {
  if (!target.startsWith("{")) return [target];
  return target
    .slice(1, -1)
    .split(",")
    .map((part) => (part.split("=")[0] ?? "").split(":").at(-1)?.trim() ?? "")
    .filter((name) => /^[\w$]+$/.test(name));
}

/** The names of an expression; those behind a dot are members of something else. */
function namesOf(expression: string): readonly string[] {
  return expression.match(/(?<![\w$.])[A-Za-z_$][\w$]*/g) ?? [];
}
