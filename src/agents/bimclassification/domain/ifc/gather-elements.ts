import { bareElement } from "../element.ts";
import type { Element, ExistingReference, PropertyValue } from "../element.ts";
import { StepError } from "../step/step-error.ts";
import type { StepInstance } from "../step/instance.ts";
import { enumAt, propertyValueAt, refAt, refsAt, requiredTextAt, textAt } from "./attributes.ts";
import { elementClassOf, predefinedTypeAt, typeClassOf } from "./element-classes.ts";
import { isGlobalId } from "./global-id.ts";
import { systemKey } from "./ifc-model.ts";
import type { IfcModel } from "./ifc-model.ts";
import { materialNames } from "./materials.ts";

type Instances = ReadonlyMap<number, StepInstance>;
type Draft = { -readonly [Key in keyof Element]: Element[Key] };

/** Properties kept of one element; a model has some dozens. */
const MAX_PROPERTIES = 1000;
/** Materials, systems and references kept of one element; a model has a few. */
const MAX_OF_A_KIND = 100;
/** Levels of a classification; tables have six, and a loop has no end. */
const DEEPEST_REFERENCE = 32;
/** Properties given to elements in all: what goes beyond was made to take a reader's time. */
const MAX_GIVEN = 20_000_000;

/**
 * Puts the elements together from the entities that say something about them. What belongs to the type of an element holds
 * for it unless the element says it itself.
 */
export function gatherElements(instances: Instances, ids: ReadonlySet<number>): Gathered {
  return new Gathering(instances, ids).run();
}

/** The part of the model that is about elements. */
type Gathered = Pick<IfcModel, "elements" | "stepIds" | "systems" | "unread">;

class Gathering {
  readonly #instances: Instances;
  readonly #ids: ReadonlySet<number>;
  readonly #drafts = new Map<number, Draft>();
  readonly #properties = new Map<Draft, Map<string, PropertyValue>>();
  #given = 0;
  #unread = 0;

  constructor(instances: Instances, ids: ReadonlySet<number>) {
    this.#instances = instances;
    this.#ids = ids;
  }

  run(): Gathered {
    const stepIds = this.#identify();
    // First the types, so that an element's own properties win.
    for (const instance of this.#of("IFCRELDEFINESBYTYPE")) this.#define(instance);
    for (const instance of this.#of("IFCRELDEFINESBYPROPERTIES")) {
      for (const set of refsAt(instance, 5))
        for (const draft of this.#related(instance)) this.#addProperties(draft, set, instance);
    }
    for (const instance of this.#of("IFCRELASSOCIATESMATERIAL")) {
      const names = materialNames(this.#instances, refAt(instance, 5));
      for (const draft of this.#related(instance)) draft.materials = union(draft.materials, names);
    }
    for (const instance of this.#of("IFCRELASSIGNSTOGROUP")) this.#assign(instance);
    for (const instance of this.#of("IFCRELCONTAINEDINSPATIALSTRUCTURE")) {
      const storey = this.#named(refAt(instance, 5), "IFCBUILDINGSTOREY");
      if (storey !== null) for (const draft of this.#related(instance)) draft.storey = textAt(storey, 2);
    }
    for (const instance of this.#of("IFCRELASSOCIATESCLASSIFICATION")) this.#classify(instance);
    for (const [draft, properties] of this.#properties) draft.properties = Object.fromEntries(properties);
    const elements = [...this.#drafts.values()];
    return { elements, stepIds, systems: this.#systems(), unread: this.#unread };
  }

  #identify(): ReadonlyMap<string, number> {
    const seen = new Map<string, number>();
    for (const instance of this.#instances.values()) {
      const ifcClass = elementClassOf(instance.type);
      if (ifcClass === undefined) continue;
      const id = requiredTextAt(instance, 0);
      if (!isGlobalId(id))
        throw new StepError(
          `"${id.slice(0, 40)}" is no GlobalId: expected 22 characters of 0-9 A-Z a-z _ $`,
          instance.at,
        );
      const other = seen.get(id);
      if (other !== undefined)
        throw new StepError(`#${instance.id} has the GlobalId ${id} of #${other}`, instance.at);
      seen.set(id, instance.id);
      const predefined = enumAt(instance, predefinedTypeAt(ifcClass));
      this.#drafts.set(instance.id, {
        ...bareElement(id, ifcClass),
        name: textAt(instance, 2),
        description: textAt(instance, 3),
        objectType: textAt(instance, 4),
        predefinedType: meaningful(predefined),
      });
    }
    return seen;
  }

  #define(instance: StepInstance): void {
    const ref = refAt(instance, 5);
    const type = ref === null ? undefined : this.#instances.get(ref);
    if (type === undefined) {
      if (ref !== null) this.#mustExist(ref, instance);
      return;
    }
    const typeClass = typeClassOf(type.type);
    if (typeClass === undefined) return;
    const predefined = meaningful(enumAt(type, typeClass.endsWith("FurnitureType") ? 10 : 9));
    for (const draft of this.#related(instance)) {
      draft.typeClass = typeClass;
      draft.typeName = textAt(type, 2);
      draft.predefinedType ??= predefined;
      draft.objectType ??= textAt(
        type,
        8 < type.attributes.length && type.attributes[8]?.kind === "text" ? 8 : 3,
      );
      for (const set of refsAt(type, 5)) this.#addProperties(draft, set, type);
    }
  }

  #addProperties(draft: Draft, setId: number, from: StepInstance): void {
    const set = this.#instances.get(setId);
    if (set === undefined) {
      this.#mustExist(setId, from);
      return; // quantities and other definitions that are no sets of properties
    }
    if (set.type !== "IFCPROPERTYSET") return;
    const setName = textAt(set, 2) ?? "";
    const properties = this.#properties.get(draft) ?? new Map<string, PropertyValue>();
    this.#properties.set(draft, properties);
    for (const ref of refsAt(set, 4)) {
      const property = this.#instances.get(ref);
      if (property === undefined) {
        this.#mustExist(ref, set);
        this.#unread += 1;
        continue;
      }
      this.#given += 1;
      if (this.#given > MAX_GIVEN)
        throw new StepError("its elements have more than 20 million properties", from.at);
      const name = `${setName}.${requiredTextAt(property, 0)}`;
      if (properties.has(name) || properties.size < MAX_PROPERTIES)
        properties.set(name, propertyValueAt(property, 2));
    }
  }

  #assign(instance: StepInstance): void {
    const ref = refAt(instance, 6);
    const group = ref === null ? undefined : this.#instances.get(ref);
    if (group === undefined || (group.type !== "IFCSYSTEM" && group.type !== "IFCDISTRIBUTIONSYSTEM")) return;
    const words = [textAt(group, 2), meaningful(enumAt(group, 6))].filter((word) => word !== null);
    for (const draft of this.#related(instance)) draft.systems = union(draft.systems, words);
  }

  #classify(instance: StepInstance): void {
    const reference = this.#named(refAt(instance, 5), "IFCCLASSIFICATIONREFERENCE");
    const code = reference === null ? null : textAt(reference, 1);
    if (reference === null || code === null) return;
    const system = this.#systemAbove(reference);
    const named = system === null ? { system: "", edition: null } : systemOf(system);
    const found: ExistingReference = { ...named, code, title: textAt(reference, 2) };
    for (const draft of this.#related(instance))
      if (draft.references.length < MAX_OF_A_KIND) draft.references = [...draft.references, found];
  }

  /** A reference may stand below another one, as its code does in the table. */
  #systemAbove(reference: StepInstance): StepInstance | null {
    let at: StepInstance | null = reference;
    for (let depth = 0; at !== null && depth < DEEPEST_REFERENCE; depth += 1) {
      const above = refAt(at, 3);
      const system = this.#named(above, "IFCCLASSIFICATION");
      if (system !== null) return system;
      at = this.#named(above, "IFCCLASSIFICATIONREFERENCE");
    }
    return null;
  }

  /** The first of its name and edition, where the file repeats one. */
  #systems(): ReadonlyMap<string, number> {
    const found = new Map<string, number>();
    for (const instance of this.#of("IFCCLASSIFICATION")) {
      const { system, edition } = systemOf(instance);
      const key = systemKey(system, edition);
      if (!found.has(key)) found.set(key, instance.id);
    }
    return found;
  }

  *#of(type: string): Generator<StepInstance> {
    for (const instance of this.#instances.values()) if (instance.type === type) yield instance;
  }

  /** The elements among the related objects. @throws StepError for one that the file does not have. */
  #related(instance: StepInstance): readonly Draft[] {
    // A set in the schema, whatever the file repeats.
    return [...new Set(refsAt(instance, 4))].flatMap((ref) => {
      this.#mustExist(ref, instance);
      const draft = this.#drafts.get(ref);
      return draft === undefined ? [] : [draft];
    });
  }

  #named(ref: number | null, type: string): StepInstance | null {
    const instance = ref === null ? undefined : this.#instances.get(ref);
    return instance?.type === type ? instance : null;
  }

  #mustExist(ref: number, from: StepInstance): void {
    if (!this.#ids.has(ref))
      throw new StepError(
        `#${from.id}=${from.type} refers to #${ref}, which the file does not have`,
        from.at,
      );
  }
}

/** The name stands in the fourth place in every schema, the edition in the second. */
function systemOf(classification: StepInstance): Pick<ExistingReference, "system" | "edition"> {
  return { system: textAt(classification, 3) ?? "", edition: textAt(classification, 1) };
}

/** Values that say nothing; COMPLEX, ELEMENT and PARTIAL are IFC2x3's composition of a proxy and no type. */
function meaningful(predefined: string | null): string | null {
  return predefined === null || /^(?:NOTDEFINED|COMPLEX|ELEMENT|PARTIAL)$/.test(predefined)
    ? null
    : predefined;
}

function union(a: readonly string[], b: readonly string[]): readonly string[] {
  return a.length >= MAX_OF_A_KIND ? a : [...new Set([...a, ...b])].slice(0, MAX_OF_A_KIND);
}
