import { StepError } from "../step/step-error.ts";
import { readInstance } from "../step/instance.ts";
import type { StepInstance } from "../step/instance.ts";
import { Sections } from "../step/sections.ts";
import { StatementSplitter } from "../step/statements.ts";
import type { Statement } from "../step/statements.ts";
import { elementClassOf, isLeftOut, typeClassOf } from "./element-classes.ts";
import { gatherElements } from "./gather-elements.ts";
import type { IfcModel } from "./ifc-model.ts";

/** Bounds that keep a file from taking the whole memory. */
export interface IfcLimits {
  /** Characters of the file. */
  readonly characters: number;
  /** Elements in it. */
  readonly elements: number;
}

const DEFAULT_LIMITS: IfcLimits = { characters: 512 * 1024 * 1024, elements: 20_000 };

/** The schemas whose attributes are known here. IFC4X3 stands for its corrigenda and IFC4X3_ADD2 too. */
const SCHEMAS = /^(?:IFC2X3|IFC4|IFC4X[1-3](?:_[A-Z0-9]+)?)$/;

const NEEDED = new Set(
  (
    "IFCPROPERTYSET IFCPROPERTYSINGLEVALUE IFCPROPERTYENUMERATEDVALUE IFCRELDEFINESBYPROPERTIES IFCRELDEFINESBYTYPE " +
    "IFCRELASSOCIATESMATERIAL IFCMATERIAL IFCMATERIALLIST IFCMATERIALLAYER IFCMATERIALLAYERSET IFCMATERIALLAYERSETUSAGE " +
    "IFCMATERIALPROFILE IFCMATERIALPROFILESET IFCMATERIALPROFILESETUSAGE IFCMATERIALCONSTITUENT IFCMATERIALCONSTITUENTSET " +
    "IFCRELASSOCIATESCLASSIFICATION IFCCLASSIFICATION IFCCLASSIFICATIONREFERENCE IFCRELASSIGNSTOGROUP IFCSYSTEM " +
    "IFCDISTRIBUTIONSYSTEM IFCRELCONTAINEDINSPATIALSTRUCTURE IFCBUILDINGSTOREY"
  ).split(" "),
);

/**
 * Reads the elements of an IFC file (STEP physical file), piece by piece. Strict in the form of every statement and in
 * everything of the entities that it needs; the attributes of the others, above all the geometry, are not looked at.
 */
export class IfcReader {
  readonly #limits: IfcLimits;
  readonly #splitter = new StatementSplitter();
  readonly #sections = new Sections();
  readonly #instances = new Map<number, StepInstance>();
  readonly #ids = new Set<number>();
  readonly #leftOut = new Map<string, number>();
  #characters = 0;
  #elements = 0;
  #maxId = 0;
  #ownerHistory: number | null = null;
  #dataEnd = 0;

  constructor(limits: IfcLimits = DEFAULT_LIMITS) {
    this.#limits = limits;
  }

  /** @throws StepError at the first thing that is wrong. */
  push(piece: string): void {
    this.#characters += piece.length;
    for (const statement of this.#splitter.push(piece)) this.#take(statement);
    if (this.#characters > this.#limits.characters) {
      const most = Math.round(this.#limits.characters / (1024 * 1024));
      throw new StepError(`the file is larger than ${most} MiB`, this.#splitter.position);
    }
  }

  /** The file ends: what was in it. @throws StepError */
  end(): IfcModel {
    this.#sections.mustHaveBegun(this.#splitter.unfinished);
    this.#splitter.end();
    this.#sections.end(this.#splitter.position);
    const gathered = gatherElements(this.#instances, this.#ids);
    return {
      schema: this.#sections.schema ?? "",
      ...gathered,
      leftOut: Object.fromEntries([...this.#leftOut].toSorted(([a], [b]) => (a < b ? -1 : 1))),
      end: { offset: this.#dataEnd, maxId: this.#maxId, ownerHistory: this.#ownerHistory },
    };
  }

  #take(statement: Statement): void {
    const taken = this.#sections.take(statement);
    if (taken.kind === "data-ends") this.#dataEnd = taken.offset;
    if (taken.kind !== "instance") return;
    this.#checkSchema(statement);
    const { head } = taken;
    if (this.#ids.has(head.id)) throw new StepError(`#${head.id} is given a second time`, statement.start);
    this.#ids.add(head.id);
    this.#maxId = Math.max(this.#maxId, head.id);
    if (head.kind === "complex") return;
    if (head.type === "IFCOWNERHISTORY") this.#ownerHistory ??= head.id;
    if (isLeftOut(head.type)) this.#leftOut.set(head.type, (this.#leftOut.get(head.type) ?? 0) + 1);
    const isElement = elementClassOf(head.type) !== undefined;
    if (isElement) this.#countElement(statement);
    if (isElement || typeClassOf(head.type) !== undefined || NEEDED.has(head.type))
      this.#instances.set(head.id, readInstance(statement.text, statement.start));
    else if (!endsWell(statement.text))
      throw new StepError(`#${head.id}=${head.type} does not end with ")"`, statement.start);
  }

  #countElement(statement: Statement): void {
    this.#elements += 1;
    if (this.#elements > this.#limits.elements)
      throw new StepError(
        `the file has more than ${this.#limits.elements} elements; split it, for example by storey`,
        statement.start,
      );
  }

  #checkSchema(statement: Statement): void {
    const { schema } = this.#sections;
    if (this.#ids.size > 0 || (schema !== null && SCHEMAS.test(schema))) return;
    throw new StepError(
      `the schema is ${schema ?? "not named"}; IFC2X3, IFC4 and IFC4X3 can be read`,
      statement.start,
    );
  }
}

/** What can be told of an instance whose attributes are not read. A comment may follow its last bracket. */
function endsWell(text: string): boolean {
  const end = text.trimEnd();
  return end.endsWith(")") || end.endsWith("*/");
}

/** Reads a whole text. @throws StepError */
export function readIfc(text: string, limits?: IfcLimits): IfcModel {
  const reader = new IfcReader(limits);
  reader.push(text);
  return reader.end();
}
