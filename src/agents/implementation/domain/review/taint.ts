/** Names that hold what a user sent, as far as the visible lines tell. */
export class Taint {
  readonly #names = new Set<string>();
  readonly #source: RegExp;

  /** @param source what reads from a request in this language */
  constructor(source: RegExp) {
    this.#source = source;
  }

  /** Whether an expression holds something that a user sent. */
  touches(expression: string): boolean {
    if (this.#source.test(expression)) return true;
    return namesOf(expression).some((name) => this.#names.has(name));
  }

  /**
   * Takes note of an assignment. `cleans` says whether an expression makes its result harmless; a guard (a comparison
   * with a root folder) makes the names in it harmless from there on.
   */
  read(line: string, cleans: RegExp, guard: RegExp): void {
    if (guard.test(line)) {
      for (const name of namesOf(line)) this.#names.delete(name);
      return;
    }
    const assigned =
      /^\s*(?:(?:const|let|var)\s+)?(\{[^}]*\}|[\w$]+)(?:\s*:\s*[^=]+)?\s*=(?![=>])\s*(.+)$/.exec(line);
    if (assigned?.[1] === undefined || assigned[2] === undefined) return;
    const dirty = this.touches(assigned[2]) && !cleans.test(assigned[2]);
    for (const name of namesIn(assigned[1])) {
      if (dirty) this.#names.add(name);
      else this.#names.delete(name);
    }
  }
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
