import type { StepInstance } from "../step/instance.ts";
import { refAt, refsAt, textAt } from "./attributes.ts";

/** Which attribute of a material definition leads to the next one. */
const NEXT: Readonly<Record<string, number>> = {
  IFCMATERIALLAYERSETUSAGE: 0,
  IFCMATERIALLAYERSET: 0,
  IFCMATERIALLAYER: 0,
  IFCMATERIALLIST: 0,
  IFCMATERIALPROFILESETUSAGE: 0,
  IFCMATERIALPROFILESET: 2,
  IFCMATERIALPROFILE: 2,
  IFCMATERIALCONSTITUENTSET: 2,
  IFCMATERIALCONSTITUENT: 2,
};

/** A set leads to a layer, a layer to a material: four steps at most. */
const MAX_DEPTH = 6;

/** The names of the materials that a definition comes down to, in its order. */
export function materialNames(
  instances: ReadonlyMap<number, StepInstance>,
  ref: number | null,
  depth = 0,
): readonly string[] {
  const instance = ref === null ? undefined : instances.get(ref);
  if (instance === undefined || depth > MAX_DEPTH) return [];
  if (instance.type === "IFCMATERIAL") {
    const name = textAt(instance, 0);
    return name === null ? [] : [name];
  }
  const next = NEXT[instance.type];
  if (next === undefined) return [];
  const refs = instance.attributes[next]?.kind === "ref" ? [refAt(instance, next)] : refsAt(instance, next);
  return [...new Set(refs.flatMap((each) => materialNames(instances, each, depth + 1)))];
}
