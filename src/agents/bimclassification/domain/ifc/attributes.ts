import type { PropertyValue } from "../element.ts";
import { StepError } from "../step/step-error.ts";
import type { StepInstance, StepValue } from "../step/instance.ts";

/** What an attribute must be, by its place. Every reader throws a StepError that names the entity and the place. */
function attribute(instance: StepInstance, index: number): StepValue {
  const value = instance.attributes[index];
  if (value === undefined) {
    const { length } = instance.attributes;
    throw new StepError(
      `${instance.type} has ${length} ${length === 1 ? "attribute" : "attributes"}, expected at least ${index + 1}`,
      instance.at,
    );
  }
  return value;
}

function misfit(instance: StepInstance, index: number, expected: string): StepError {
  return new StepError(
    `attribute ${index + 1} of ${instance.type} #${instance.id} is no ${expected}`,
    instance.at,
  );
}

/** A label or text; null where it is not given. */
export function textAt(instance: StepInstance, index: number): string | null {
  const value = attribute(instance, index);
  if (value.kind === "text") return value.value === "" ? null : value.value;
  if (value.kind === "omitted" || value.kind === "derived") return null;
  throw misfit(instance, index, "text");
}

export function requiredTextAt(instance: StepInstance, index: number): string {
  const text = textAt(instance, index);
  if (text === null) throw misfit(instance, index, "text, and it must be given");
  return text;
}

/** An enumeration, where the attribute is there and is one: older schemas have something else or nothing in its place. */
export function enumAt(instance: StepInstance, index: number): string | null {
  const value = instance.attributes[index];
  return value?.kind === "enum" ? value.name : null;
}

/** A reference; null where it is not given. */
export function refAt(instance: StepInstance, index: number): number | null {
  const value = attribute(instance, index);
  if (value.kind === "ref") return value.id;
  if (value.kind === "omitted" || value.kind === "derived") return null;
  throw misfit(instance, index, "reference");
}

/** A list of references, or one reference alone, or none; a typed list (IfcPropertySetDefinitionSet) counts as its list. */
export function refsAt(instance: StepInstance, index: number): readonly number[] {
  const value = attribute(instance, index);
  const inner = value.kind === "typed" ? value.value : value;
  if (inner.kind === "ref") return [inner.id];
  if (inner.kind === "omitted" || inner.kind === "derived") return [];
  if (inner.kind !== "list") throw misfit(instance, index, "list of references");
  return inner.items.map((item) => {
    if (item.kind !== "ref") throw misfit(instance, index, "list of references");
    return item.id;
  });
}

/** The value of a property: `IFCBOOLEAN(.T.)`, `IFCLABEL('A')`, or a list of such values joined to one text. */
export function propertyValueAt(instance: StepInstance, index: number): PropertyValue {
  const value = attribute(instance, index);
  if (value.kind !== "list") return simple(value);
  return value.items.map((item) => String(simple(item) ?? "")).join(", ");
}

function simple(value: StepValue): PropertyValue {
  switch (value.kind) {
    case "typed":
      return simple(value.value);
    case "text":
    case "number":
      return value.value;
    case "enum":
      // Boolean and logical values are written as enumerations; U is "unknown".
      if (value.name === "T") return true;
      if (value.name === "F") return false;
      return value.name === "U" ? null : value.name;
    case "ref":
    case "binary":
    case "list":
    case "omitted":
    case "derived":
      return null;
    default:
      return value satisfies never;
  }
}
