import { textAlone } from "./literals.ts";

/** What the names of a file hold, as far as the visible lines tell. */
export class Names {
  readonly #sent = new Set<string>();
  readonly #texts = new Map<string, string>();
  readonly #modules = new Map<string, string>();
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

  /** The fixed text that a name stands for; empty where it stands for none, or it is not known. */
  textOf(name: string): string {
    return this.#texts.get(name) ?? "";
  }

  /** A statement with modules by their own names: behind `import pickle as p`, `p.loads(x)` is `pickle.loads(x)`. */
  spelledOut(statement: string): string {
    if (this.#modules.size === 0) return statement;
    return statement.replaceAll(
      /(?<![\w$.])[A-Za-z_$][\w$]*(?=\.)/g,
      (name) => this.#modules.get(name) ?? name,
    );
  }

  /**
   * Takes note of an assignment or an import. `cleans` says whether an expression makes its result harmless; a guard (a
   * comparison with a root folder) makes the names in it harmless from there on.
   */
  read(line: string, cleans: RegExp, guard: RegExp): void {
    if (guard.test(line)) {
      for (const name of namesOf(line)) this.#sent.delete(name);
      return;
    }
    const [module, alias] = importIn(line);
    if (module !== undefined && alias !== undefined) this.#modules.set(alias, module);
    const [, target, sign, value] = ASSIGNED.exec(line) ?? [];
    if (target === undefined || value === undefined) return;
    const sent = this.areSent(value) && !cleans.test(value);
    const text = textAlone(value);
    for (const name of namesIn(target)) {
      if (sent) this.#sent.add(name);
      else if (sign === "=") this.#sent.delete(name);
      const whole = sign === "=" ? text : null;
      if (whole !== null) this.#texts.set(name, whole);
      else if (sign === "=") this.#texts.delete(name);
    }
  }
}

const ASSIGNED =
  /^\s*(?:export\s+)?(?:(?:const|let|var)\s+)?(\{[^}]*\}|[\w$]+)(?:\s*:\s*[^=]+)?\s*(\+?=)(?![=>])\s*(.+)$/;
const PY_IMPORT = /^\s*import\s+([\w.]+)\s+as\s+(\w+)\s*(?:#.*)?$/;
const JS_IMPORT = /^\s*import\s+(?:\*\s*as\s+)?([\w$]+)\s+from\s+["'](?:node:)?(\w+)["']/;
const JS_REQUIRE = /^\s*(?:const|let|var)\s+([\w$]+)\s*=\s*require\(\s*["'](?:node:)?(\w+)["']\s*\)/;

/** A module and the name that it is given; nothing where none is. */
function importIn(line: string): readonly (string | undefined)[] {
  const [, module, alias] = PY_IMPORT.exec(line) ?? [];
  if (module !== undefined) return [module, alias];
  const [, name, imported] = JS_IMPORT.exec(line) ?? JS_REQUIRE.exec(line) ?? [];
  return [imported, name];
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
