import { randomUUID } from "node:crypto";
import type { SecretStore } from "../secrets/secret-store.ts";
import type { ComponentSpec, MetadataItem } from "./component-spec.ts";
import { Metadata } from "./metadata.ts";

/** What a component's metadata may refer to. */
export interface MetadataSources {
  readonly appId: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The secret stores that this app has. */
  readonly secrets: ReadonlyMap<string, SecretStore>;
}

export type ResolvedMetadata =
  | { readonly at: "resolved"; readonly metadata: Metadata; readonly warnings: readonly string[] }
  /** It refers to a secret store that the app does not have: as with daprd, the component is not loaded. */
  | { readonly at: "no-store"; readonly store: string };

/** True where a component's metadata differs from app to app. */
export function isPerApp({ metadata }: ComponentSpec): boolean {
  return metadata.some((item) => "value" in item && /\{(?:appID|namespace|uuid)\}/u.test(item.value));
}

/** Looks up what a component's metadata refers to, by the rules of daprd. */
export function resolveMetadata(spec: ComponentSpec, sources: MetadataSources): ResolvedMetadata {
  const warnings: string[] = [];
  const entries: [string, string][] = [];
  for (const item of spec.metadata) {
    if ("secretKeyRef" in item) {
      const store = sources.secrets.get(spec.secretStore ?? "");
      if (store === undefined) return { at: "no-store", store: spec.secretStore ?? "" };
      entries.push([item.name, filled(secretOf(store, item, warnings), sources)]);
    } else if ("envRef" in item) {
      const isAllowed = isAllowedVariable(item.envRef);
      if (!isAllowed)
        warnings.push(`${item.name} refers to a variable that is not given out: ${item.envRef}`);
      entries.push([item.name, isAllowed ? (sources.env[item.envRef] ?? "") : ""]);
    } else {
      entries.push([item.name, filled(item.value, sources)]);
    }
  }
  return { at: "resolved", metadata: new Metadata(entries), warnings };
}

function secretOf(
  store: SecretStore,
  { name, secretKeyRef }: Extract<MetadataItem, { readonly secretKeyRef: unknown }>,
  warnings: string[],
): string {
  try {
    return store.get(secretKeyRef.name)[secretKeyRef.key] ?? "";
  } catch (error) {
    warnings.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    return "";
  }
}

function isAllowedVariable(name: string): boolean {
  const upper = name.toUpperCase();
  return upper !== "APP_API_TOKEN" && !upper.startsWith("DAPR_") && !upper.includes(" ");
}

/** `{namespace}` is the namespace and the app, as in daprd. */
function filled(value: string, { appId, env }: MetadataSources): string {
  if (!value.includes("{")) return value;
  const namespace = env["NAMESPACE"] ?? "default";
  return value
    .replaceAll("{uuid}", () => randomUUID())
    .replaceAll("{namespace}", () => `${namespace}.${appId}`)
    .replaceAll("{appID}", () => appId);
}
