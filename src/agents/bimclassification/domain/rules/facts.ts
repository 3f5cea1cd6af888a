import type { Element, PropertyValue } from "../element.ts";
import { withoutInstructions } from "../instructions.ts";

/** What the rules ask of an element. */
export class Facts {
  /** The entity that says most: an IfcFlowTerminal with an IfcSanitaryTerminalType is an IfcSanitaryTerminal. */
  readonly ifcClass: string;
  readonly predefinedType: string | null;
  /** Pset_…Common.IsExternal; null where it is not given or contradicts itself. */
  readonly external: boolean | null;
  readonly loadBearing: boolean | null;
  readonly #words: string;
  readonly #materials: string;
  readonly #systems: string;
  readonly #storey: string;

  constructor(element: Element) {
    this.ifcClass = mostTelling(element);
    this.predefinedType = element.predefinedType?.toUpperCase() ?? null;
    this.external = truthOf(element, "IsExternal");
    this.loadBearing = truthOf(element, "LoadBearing");
    const { name, description, objectType, typeName } = element;
    this.#words = normalise([name, description, objectType, typeName].filter((text) => text !== null));
    this.#materials = normalise(element.materials);
    this.#systems = normalise([...element.systems, ...systemProperties(element)]);
    this.#storey = normalise(element.storey === null ? [] : [element.storey]);
  }

  is(...predefined: readonly string[]): boolean {
    return this.predefinedType !== null && predefined.includes(this.predefinedType);
  }

  /** Whether one of the words stands in the name, description, type or a material. Several words are a phrase. */
  says(words: string): boolean {
    return holds(this.#words, words) || holds(this.#materials, words);
  }

  /** The same in the names of the systems that it belongs to, its own name included. */
  inSystem(words: string): boolean {
    return holds(this.#systems, words) || holds(this.#words, words);
  }

  onStorey(words: string): boolean {
    return holds(this.#storey, words);
  }
}

function mostTelling({ ifcClass, typeClass }: Element): string {
  const plain = ifcClass.replace(/(?:StandardCase|ElementedCase)$/, "");
  if (typeClass === null) return plain;
  const typed = typeClass.replace(/(?:Type|Style)$/, "");
  return GENERIC.has(plain) ? typed : plain;
}

/** Entities of IFC2x3 and IFC4 that leave it to the type to say what the thing is. */
const GENERIC = new Set([
  "IfcBuildingElementProxy",
  "IfcDistributionControlElement",
  "IfcDistributionElement",
  "IfcDistributionFlowElement",
  "IfcEnergyConversionDevice",
  "IfcFlowController",
  "IfcFlowFitting",
  "IfcFlowMovingDevice",
  "IfcFlowSegment",
  "IfcFlowStorageDevice",
  "IfcFlowTerminal",
  "IfcFlowTreatmentDevice",
  "IfcFurnishingElement",
]);

/** A property by its name in any set. Two sets that contradict each other say nothing. */
function truthOf({ properties }: Element, name: string): boolean | null {
  const wanted = name.toLowerCase();
  const said = Object.entries(properties)
    .filter(([key]) => (key.split(".").at(-1) ?? "").toLowerCase().replace(/[\s_]/g, "") === wanted)
    .map(([, value]) => truth(value))
    .filter((value) => value !== null);
  const [first] = said;
  return first !== undefined && said.every((value) => value === first) ? first : null;
}

function truth(value: PropertyValue): boolean | null {
  if (typeof value === "boolean") return value;
  if (typeof value !== "string") return null;
  if (/^(?:true|\.?t\.?|yes)$/i.test(value)) return true;
  return /^(?:false|\.?f\.?|no)$/i.test(value) ? false : null;
}

/** Revit and others write the system as a property. */
function systemProperties({ properties }: Element): readonly string[] {
  return Object.entries(properties)
    .filter(([key]) => /system (?:type|name|classification)$/i.test(key))
    .flatMap(([, value]) => (typeof value === "string" ? [value] : []));
}

/** Words in lower case with a space around each; parts of a CamelCase or of a name_with_lines are words of their own. */
function normalise(texts: readonly string[]): string {
  const words = texts
    .map(withoutInstructions)
    .join(" | ")
    .normalize("NFKC")
    .replace(/(?<=\p{Ll})(?=\p{Lu})/gu, " ")
    .toLowerCase()
    .match(/[\p{L}]+|\p{Nd}+|\|/gu);
  return ` ${(words ?? []).map(singular).join(" ")} `;
}

function singular(word: string): string {
  return /[^s]s$/.test(word) && word.length > 3 ? word.slice(0, -1) : word;
}

/** `words` is a list with "|" between: each a word or a phrase, in the singular. */
function holds(text: string, words: string): boolean {
  return words.split("|").some((phrase) => text.includes(` ${phrase} `));
}
