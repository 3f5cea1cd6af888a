import { readHead, readHeaderEntity } from "./instance.ts";
import type { InstanceHead } from "./instance.ts";
import { StepError } from "./step-error.ts";
import type { Position } from "./step-error.ts";
import type { Statement } from "./statements.ts";

/** Where in the file reading stands. */
type Section = "before" | "header" | "between" | "data" | "other" | "after";

/** What a statement was. */
export type Sectioned =
  | { readonly kind: "nothing" }
  | { readonly kind: "instance"; readonly head: InstanceHead; readonly statement: Statement }
  | { readonly kind: "data-ends"; readonly offset: number };

/** Follows the sections of a STEP file and checks their order and what the header must say. */
export class Sections {
  #section: Section = "before";
  #schema: string | null = null;
  #hadData = false;

  /** Name of the schema in the header, such as IFC4; null before it was read. */
  get schema(): string | null {
    return this.#schema;
  }

  /** @throws StepError */
  take(statement: Statement): Sectioned {
    const { text, start } = statement;
    switch (this.#section) {
      case "before":
        if (bare(text) !== "ISO-10303-21") throw wrong(BEGINS, text, start);
        this.#section = "header";
        return NOTHING;
      case "header":
        return this.#header(text, start);
      case "between":
        return this.#between(bare(text), start);
      case "data":
        if (text.startsWith("ENDSEC") && bare(text) === "ENDSEC") {
          this.#section = "between";
          return { kind: "data-ends", offset: statement.offset };
        }
        return { kind: "instance", head: readHead(text, start), statement };
      case "other":
        if (bare(text) === "ENDSEC") this.#section = "between";
        return NOTHING;
      case "after":
        // A digital signature may follow (edition 3 of the standard); it is not looked at.
        return NOTHING;
      default:
        return this.#section satisfies never;
    }
  }

  /** The file ends, perhaps inside of a statement. @throws StepError when it is no STEP file, whatever else it lacks. */
  mustHaveBegun(unfinished: string): void {
    if (this.#section !== "before" || unfinished.startsWith("ISO-10303-21")) return;
    const start = { line: 1, column: 1 };
    if (unfinished === "") throw new StepError(`the file is empty: ${BEGINS}`, start);
    throw wrong(BEGINS, unfinished, start);
  }

  /** The file ends. @throws StepError when a section is missing. */
  end(at: Position): void {
    if (this.#section !== "after") throw new StepError("the file ends before END-ISO-10303-21;", at);
    if (!this.#hadData) throw new StepError("the file has no section DATA", at);
  }

  #header(text: string, start: Position): Sectioned {
    const word = bare(text);
    if (word === "HEADER") return NOTHING;
    if (word === "ENDSEC") {
      if (this.#schema === null) throw new StepError("the header has no FILE_SCHEMA", start);
      this.#section = "between";
      return NOTHING;
    }
    // Nothing else of the header is needed, and exporters write paths of Windows there as they are.
    if (!/^FILE_SCHEMA\b/i.test(word)) return NOTHING;
    const { attributes } = readHeaderEntity(text, start);
    const [schemas] = attributes;
    const first = schemas?.kind === "list" ? schemas.items[0] : undefined;
    if (first?.kind !== "text") throw new StepError("FILE_SCHEMA names no schema", start);
    this.#schema = first.value.toUpperCase();
    return NOTHING;
  }

  #between(text: string, start: Position): Sectioned {
    if (/^DATA\s*(?:\(|$)/.test(text)) {
      this.#section = "data";
      this.#hadData = true;
    } else if (text === "ANCHOR" || text === "REFERENCE") this.#section = "other";
    else if (text === "END-ISO-10303-21") this.#section = "after";
    else throw wrong("expected a section or END-ISO-10303-21;", text, start);
    return NOTHING;
  }
}

const BEGINS = "a STEP file begins with ISO-10303-21";

/** Without comments and blanks around: they may stand before every semicolon. What is longer is no single word. */
function bare(text: string): string {
  return text
    .slice(0, 1000)
    .replaceAll(/\/\*[^]*?\*\//g, " ")
    .trim();
}

const NOTHING = { kind: "nothing" } as const;

function wrong(message: string, text: string, at: Position): StepError {
  return new StepError(`${message}; found "${text.slice(0, 30).split("\n", 1)[0] ?? ""}"`, at);
}
