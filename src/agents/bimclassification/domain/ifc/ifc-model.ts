import type { Element } from "../element.ts";

/** What was read of an IFC file. */
export interface IfcModel {
  /** As the header says it, in upper case: IFC2X3, IFC4, IFC4X3_ADD2. */
  readonly schema: string;
  readonly elements: readonly Element[];
  /** Entities that are no elements to classify, such as openings and reinforcement, with their number. */
  readonly leftOut: Readonly<Record<string, number>>;
  /** Kinds of property that are not read, such as IfcPropertyBoundedValue, with how often they were referred to. */
  readonly unread: number;
  /** GlobalId → number of the instance. */
  readonly stepIds: ReadonlyMap<string, number>;
  /** Systems of classification that it has: {@link systemKey} → number of the instance. */
  readonly systems: ReadonlyMap<string, number>;
  /** What is needed to add to the file. */
  readonly end: ModelEnd;
}

/** Where new instances go, and from which number on. */
export interface ModelEnd {
  /** Of the ENDSEC of the data section, in characters. */
  readonly offset: number;
  readonly maxId: number;
  readonly ownerHistory: number | null;
}

/** By what a system of classification is known: its edition belongs to its name. */
export function systemKey(system: string, edition: string | null): string {
  return JSON.stringify([system, edition]);
}
