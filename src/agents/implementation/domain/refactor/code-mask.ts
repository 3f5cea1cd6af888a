/**
 * Which characters of a source text are code. The others, in comments, strings and regular expressions, are blanked, so
 * that a pattern can be looked for in code alone; line breaks and positions stay.
 */
export function maskTypeScript(source: string): string {
  return new TypeScriptMask(source).run();
}

/** The same for Python: comments and strings, the triple-quoted ones included. */
export function maskPython(source: string): string {
  return source.replace(/#[^\n]*|("""|''')[\s\S]*?\1|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, blank);
}

const TOKEN = /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/y;
/** Longer ones are rare, and looking for the end of each that has none would take long. */
const REGEX = /\/(?![*/])(?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.){0,200}\]){1,1000}\/[a-z]*/y;
/** What stands before a regular expression, where a division cannot stand. */
const BEFORE_REGEX = /(?:^|[=(,:;!&|?{}[+\-*%<>~^]|\b(?:return|typeof|case|in|of|do|else|void|delete))\s*$/;

/** What is that deep in templates of templates is read as text. */
const MAX_DEPTH = 100;

class TypeScriptMask {
  readonly #source: string;
  #at = 0;
  #masked = "";
  /** The last characters of it: cutting them off the whole each time would take long. */
  #tail = "";
  #depth = 0;

  constructor(source: string) {
    this.#source = source;
  }

  run(): string {
    this.#code(false);
    return this.#masked;
  }

  /** Reads code up to the end, or up to the brace that closes a `${` of a template literal. */
  #code(inTemplate: boolean): void {
    let depth = 0;
    while (this.#at < this.#source.length) {
      if (this.#skip(TOKEN)) continue;
      const char = this.#source.charAt(this.#at);
      if (char === "`") this.#template();
      else if (char === "/" && BEFORE_REGEX.test(this.#tail) && this.#skip(REGEX)) continue;
      else if (inTemplate && char === "}" && depth === 0) return;
      else {
        depth += Number(char === "{") - Number(char === "}");
        this.#take(char);
      }
    }
  }

  #template(): void {
    this.#take(" ");
    while (this.#at < this.#source.length) {
      const char = this.#source.charAt(this.#at);
      if (char === "`") return this.#take(" ");
      if (char === "\\") this.#blankNext(2);
      else if (this.#source.startsWith("${", this.#at)) {
        if (this.#depth === MAX_DEPTH) return this.#blankNext(this.#source.length);
        this.#blankNext(2);
        this.#depth += 1;
        this.#code(true);
        this.#depth -= 1;
        this.#blankNext(1);
      } else this.#blankNext(1);
    }
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source)?.[0];
    if (found === undefined) return false;
    this.#blankNext(found.length);
    return true;
  }

  #blankNext(count: number): void {
    const text = this.#source.slice(this.#at, this.#at + count);
    this.#put(blank(text));
    this.#at += text.length;
  }

  #take(char: string): void {
    this.#put(char);
    this.#at += 1;
  }

  #put(text: string): void {
    this.#masked += text;
    this.#tail = (this.#tail + text.slice(-40)).slice(-40);
  }
}

function blank(text: string): string {
  return text.replace(/[^\n\r]/g, " ");
}
