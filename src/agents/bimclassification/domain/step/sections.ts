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
        if (text !== "ISO-10303-21") throw wrong("a STEP file begins with ISO-10303-21;", text, start);
        this.#section = "header";
        return NOTHING;
      case "header":
        return this.#header(text, start);
      case "between":
        return this.#between(text, start);
      case "data":
        if (text === "ENDSEC") {
          this.#section = "between";
          return { kind: "data-ends", offset: statement.offset };
        }
        return { kind: "instance", head: readHead(text, start), statement };
      case "other":
        if (text === "ENDSEC") this.#section = "between";
        return NOTHING;
      case "after":
        // A digital signature may follow (edition 3 of the standard); it is not looked at.
        return NOTHING;
      default:
        return this.#section satisfies never;
    }
  }

  /** The file ends. @throws StepError when a section is missing. */
  end(at: Position): void {
    if (this.#section === "before")
      throw new StepError("the file is empty: a STEP file begins with ISO-10303-21;", at);
    if (this.#section !== "after") throw new StepError("the file ends before END-ISO-10303-21;", at);
    if (!this.#hadData) throw new StepError("the file has no section DATA", at);
  }

  #header(text: string, start: Position): Sectioned {
    if (text === "HEADER") return NOTHING;
    if (text === "ENDSEC") {
      if (this.#schema === null) throw new StepError("the header has no FILE_SCHEMA", start);
      this.#section = "between";
      return NOTHING;
    }
    const { type, attributes } = readHeaderEntity(text, start);
    if (type !== "FILE_SCHEMA") return NOTHING;
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

const NOTHING = { kind: "nothing" } as const;

function wrong(message: string, text: string, at: Position): StepError {
  return new StepError(`${message}; found "${text.slice(0, 30).split("\n", 1)[0] ?? ""}"`, at);
}
