import { bareElement } from "../../../../src/agents/bimclassification/domain/element.ts";
import type { Element } from "../../../../src/agents/bimclassification/domain/element.ts";

/** An element with the facts that matter in a test. */
export function element(ifcClass: string, facts: Partial<Element> = {}): Element {
  return { ...bareElement("e1", ifcClass), ...facts };
}

/** A wall as it is mostly modelled; also the known answer of the reference example. */
export const outerWall = element("IfcWall", {
  name: "CMU 200 brick veneer",
  properties: { "Pset_WallCommon.IsExternal": true },
});
