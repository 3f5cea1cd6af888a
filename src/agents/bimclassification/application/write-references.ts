import { classificationReferences, withReferences } from "../domain/ifc/write-references.ts";
import type { ReferenceText } from "../domain/ifc/write-references.ts";
import { invalid } from "agents-apphost/kit";
import { readModel } from "./import-elements.ts";
import type { ElementList, ModelFiles } from "./ports.ts";

/** An IFC text that comes back with references, or a file of the folder that is copied with them. */
export type WriteReferences = { readonly content: string } | { readonly file: string; readonly to: string };

/** What was written. */
export interface Written {
  readonly schema: string;
  readonly written: readonly string[];
  readonly present: readonly string[];
  /** Codes of the same system that the file had for what was written, and has still. */
  readonly others: ReferenceText["others"];
  /** Elements of the file that are not applied. */
  readonly open: number;
  /** The new text; null where it was written to a file. */
  readonly content: string | null;
  readonly file: string | null;
}

/** Writes the codes that were applied into a copy of an IFC file, as IFC classification references. */
export class WriteReferencesHandler {
  readonly #elements: ElementList;
  readonly #files: ModelFiles;
  readonly #globalIdFor: (name: string) => string;

  constructor(elements: ElementList, files: ModelFiles, globalIdFor: (name: string) => string) {
    this.#elements = elements;
    this.#files = files;
    this.#globalIdFor = globalIdFor;
  }

  /** @throws Problem 422 for what cannot be read or written. */
  async handle(command: WriteReferences): Promise<Written> {
    const model = await readModel(this.#files, command);
    if (model.elements.length === 0) {
      const message = "the file has no elements";
      throw invalid(message, [{ path: "content", message }]);
    }
    const applied = await this.#elements.applied(model.elements.map((element) => element.id));
    const { text, written, present, others } = classificationReferences(model, applied, this.#globalIdFor);
    const open = model.elements.length - applied.length;
    const about = { schema: model.schema, written, present, others, open };
    if (!("file" in command))
      return { ...about, content: withReferences(command.content, model, text), file: null };
    await this.#files.copyWith(command.file, command.to, { offset: model.end.offset, text });
    return { ...about, content: null, file: command.to };
  }
}
