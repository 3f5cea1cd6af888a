const PY_IMPORT = /^\s*import\s+([\w.]+)\s+as\s+(\w+)\s*(?:#.*)?$/;
const PY_FROM = /^\s*from\s+([\w.]+)\s+import\s+\(?([^()#]+)/;
const JS_IMPORT =
  /^\s*import\s+(?:(?:\*\s*as\s+)?([\w$]+)\s*,?\s*)?(?:\{([^}]*)\}\s*)?from\s+["'](?:node:)?([\w/]+)["']/;
const JS_REQUIRE =
  /^\s*(?:const|let|var)\s+(?:([\w$]+)|\{([^}]*)\})\s*=\s*(?:await\s+)?(?:require|import)\(\s*["'](?:node:)?([\w/]+)["']\s*\)/;
const PROMISIFY =
  /^\s*(?:const|let|var)\s+([\w$]+)\s*=\s*(?:util\.)?promisify\(\s*(?:[\w$]+\.)*([\w$]+)\s*\)/;
/** Modules that the rules know functions of. */
const KNOWN =
  /^(?:child_process|crypto|fs|fs\/promises|vm|os|subprocess|asyncio|yaml|_?pickle|cPickle|dill|cloudpickle|marshal|joblib|torch|hashlib|hmac|markupsafe|django\.utils\.safestring)$/;

/** The names that a file gives to modules and to functions of theirs, as far as the visible lines tell. */
export class Aliases {
  readonly #modules = new Map<string, string>();
  readonly #functions = new Map<string, string>();

  /** A statement with their own names: behind `import pickle as p`, `p.loads(x)` is `pickle.loads(x)`. */
  spelledOut(statement: string): string {
    if (this.#modules.size + this.#functions.size === 0) return statement;
    return statement.replaceAll(
      /(?<![\w$.#])[A-Za-z_$][\w$]*(?=\.|\s*\()/g,
      (name: string, at: number, text: string) => {
        const found = (text[at + name.length] === "." ? this.#modules : this.#functions).get(name);
        // A function that is called so and made here is another one.
        const isMade =
          found !== undefined && /\b(?:def|function)\s+$/.test(text.slice(Math.max(0, at - 20), at));
        return isMade ? name : (found ?? name);
      },
    );
  }

  /** Takes note of an import, or of the promise form of a function. */
  read(line: string): void {
    if (!/\b(?:import|require|promisify)\b/.test(line)) return;
    const [, module, alias] = PY_IMPORT.exec(line) ?? [];
    if (module !== undefined && alias !== undefined) this.#modules.set(alias, module);
    const [, from = "", named] = PY_FROM.exec(line) ?? [];
    if (KNOWN.test(from)) for (const [name, as] of namesOf(named)) this.#functions.set(as, `${from}.${name}`);
    const [, whole, parts, source = ""] = JS_IMPORT.exec(line) ?? JS_REQUIRE.exec(line) ?? [];
    if (KNOWN.test(source)) {
      if (whole !== undefined) this.#modules.set(whole, source);
      for (const [name, as] of namesOf(parts?.replaceAll(":", " as "))) this.#functions.set(as, name);
    }
    const [, promised, name] = PROMISIFY.exec(line) ?? [];
    if (promised !== undefined && name !== undefined) this.#functions.set(promised, name);
  }
}

/** `a, b as c` names a as a, and b as c. */
function namesOf(list: string | undefined): readonly (readonly [string, string])[] {
  return (list ?? "").split(",").flatMap((part) => {
    const [name = "", alias = name] = part.split(/\s+as\s+/).map((word) => word.trim());
    return /^[\w$]+$/.test(name) && /^[\w$]+$/.test(alias) ? [[name, alias] as const] : [];
  });
}
