import type { Fields } from "../../../../journal/fields.ts";

/** One document of Dapr YAML; plain data. */
export interface DaprResource {
  /** `dapr.io/v1alpha1` and so on. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Apps that it is for; empty = all. */
  readonly scopes: readonly string[];
  readonly spec: Fields;
}

export function isForApp({ scopes }: Pick<DaprResource, "scopes">, appId: string): boolean {
  return scopes.length === 0 || scopes.includes(appId);
}
