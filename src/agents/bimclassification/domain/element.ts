/** What a property can hold: the simple values of IFC, with logical UNKNOWN as null. */
export type PropertyValue = string | number | boolean | null;

/** A classification that an element carries already, as its file says it. */
export interface ExistingReference {
  readonly system: string;
  readonly edition: string | null;
  readonly code: string;
  readonly title: string | null;
}

/** One element of a building model: what the rules and the model may look at. */
export interface Element {
  /** GlobalId of an IFC element, or the id that the sender gave. Upper and lower case differ. */
  readonly id: string;
  /** Entity name as IFC spells it: `IfcWallStandardCase`. */
  readonly ifcClass: string;
  readonly name: string | null;
  readonly description: string | null;
  readonly objectType: string | null;
  readonly predefinedType: string | null;
  readonly typeName: string | null;
  /** Entity name of the element's type: it says more where IFC2x3 knows only an `IfcFlowTerminal`. */
  readonly typeClass: string | null;
  readonly materials: readonly string[];
  readonly systems: readonly string[];
  readonly storey: string | null;
  /** By `Pset_WallCommon.IsExternal`, or by the bare name where no set is known. */
  readonly properties: Readonly<Record<string, PropertyValue>>;
  readonly references: readonly ExistingReference[];
}

/** An element of which only the identity is known. */
export function bareElement(id: string, ifcClass: string): Element {
  return {
    id,
    ifcClass,
    name: null,
    description: null,
    objectType: null,
    predefinedType: null,
    typeName: null,
    typeClass: null,
    materials: [],
    systems: [],
    storey: null,
    properties: {},
    references: [],
  };
}

/** The properties that a model is told: what an element is stands in the first ones. */
export function toldProperties(properties: Element["properties"]): readonly [string, PropertyValue][] {
  return Object.entries(properties).slice(0, 25);
}

/** Whether two sets of facts are the same, so that an import that comes again changes nothing. */
export function sameFacts(a: Element, b: Element): boolean {
  return canonical(a) === canonical(b);
}

/** Every member by name: the order in which a sender wrote them does not matter. */
function canonical(element: Element): string {
  const { properties, references, ...rest } = element;
  const refs = references.map(({ system, edition, code, title }) => [system, edition, code, title]);
  return JSON.stringify([byName(Object.entries(rest)), byName(Object.entries(properties)), refs]);
}

function byName(entries: [string, unknown][]): [string, unknown][] {
  return entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
}
