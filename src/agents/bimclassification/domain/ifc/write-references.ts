import type { ClassificationCode } from "../codes/code-table.ts";
import { encodeStepString } from "../step/step-string.ts";
import { systemKey } from "./ifc-model.ts";
import type { IfcModel } from "./ifc-model.ts";

/** A code that was applied to an element. */
export interface AppliedCode {
  readonly elementId: string;
  readonly code: ClassificationCode;
}

/** What is added to a file. */
export interface ReferenceText {
  /** The new instances, one a line; empty when there is nothing to add. */
  readonly text: string;
  /** Elements that have got a reference. */
  readonly written: readonly string[];
  /** Elements that carry the same reference already. */
  readonly present: readonly string[];
  /** Codes of the same system that written elements carry beside it: nothing is taken out of a file. */
  readonly others: readonly { readonly elementId: string; readonly code: string }[];
}

/**
 * The instances that say in IFC what was applied: one IfcClassification for each system and edition that the file
 * does not have yet, one IfcClassificationReference for each code, one IfcRelAssociatesClassification for each reference. They go before the end
 * of the data section. `globalIdFor` makes an id from a name; the same name has the same id, so that the same work written
 * twice is the same text.
 */
export function classificationReferences(
  model: IfcModel,
  applied: readonly AppliedCode[],
  globalIdFor: (name: string) => string,
): ReferenceText {
  const writer = new ReferenceWriter(model, globalIdFor);
  const codes = new Map(applied.map(({ elementId, code }) => [elementId, code]));
  const [written, present]: [string[], string[]] = [[], []];
  const others: { readonly elementId: string; readonly code: string }[] = [];
  const related = new Map<string, { readonly code: ClassificationCode; readonly ids: string[] }>();
  // In the order of the file.
  for (const { id: elementId, references } of model.elements) {
    const code = codes.get(elementId);
    if (code === undefined) continue;
    const carried = references.filter((each) => each.system === code.system);
    const known = carried.some((each) => each.edition === code.edition && each.code === code.code);
    (known ? present : written).push(elementId);
    if (known) continue;
    for (const each of carried) others.push({ elementId, code: each.code });
    const key = JSON.stringify([code.system, code.edition, code.code]);
    const group = related.get(key) ?? { code, ids: [] };
    group.ids.push(elementId);
    related.set(key, group);
  }
  const groups = [...related].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
  for (const { code, ids } of groups) writer.associate(code, ids);
  return { text: writer.text, written, present, others };
}

/** The file with the new instances in it. */
export function withReferences(file: string, model: IfcModel, added: string): string {
  if (added === "") return file;
  return file.slice(0, model.end.offset) + added + file.slice(model.end.offset);
}

class ReferenceWriter {
  readonly #model: IfcModel;
  readonly #globalIdFor: (name: string) => string;
  readonly #systems: Map<string, number>;
  #next: number;
  text = "";

  constructor(model: IfcModel, globalIdFor: (name: string) => string) {
    this.#model = model;
    this.#globalIdFor = globalIdFor;
    this.#systems = new Map(model.systems);
    this.#next = model.end.maxId + 1;
  }

  associate(code: ClassificationCode, elementIds: readonly string[]): void {
    const system = this.#system(code);
    // IFC4 has a description and a sort order after the four attributes that IFC2x3 has.
    const more = this.#isIfc2x3() ? "" : ",$,$";
    const reference = this.#add(
      `IFCCLASSIFICATIONREFERENCE($,${quote(code.code)},${quote(code.title)},#${system}${more})`,
    );
    const owner = this.#model.end.ownerHistory;
    const id = quote(this.#globalIdFor(JSON.stringify([code.system, code.edition, code.code, elementIds])));
    const refs = elementIds.map((each) => `#${this.#model.stepIds.get(each) ?? 0}`).join(",");
    this.#add(
      `IFCRELASSOCIATESCLASSIFICATION(${id},${owner === null ? "$" : `#${owner}`},${quote(code.system)},$,(${refs}),#${reference})`,
    );
  }

  #system({ system, edition }: ClassificationCode): number {
    const key = systemKey(system, edition);
    const known = this.#systems.get(key);
    if (known !== undefined) return known;
    const more = this.#isIfc2x3() ? "" : ",$,$,$";
    const publisher = quote(PUBLISHERS[system] ?? system);
    const id = this.#add(`IFCCLASSIFICATION(${publisher},${quote(edition)},$,${quote(system)}${more})`);
    this.#systems.set(key, id);
    return id;
  }

  #add(entity: string): number {
    const id = this.#next;
    this.#next += 1;
    this.text += `#${id}=${entity};\n`;
    return id;
  }

  #isIfc2x3(): boolean {
    return this.#model.schema === "IFC2X3";
  }
}

/** IFC2x3 wants a publisher. */
const PUBLISHERS: Readonly<Record<string, string>> = {
  "UNIFORMAT II": "ASTM International",
  "OmniClass 21": "Construction Specifications Institute",
};

function quote(text: string): string {
  return `'${encodeStepString(text)}'`;
}
