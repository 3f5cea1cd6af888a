import { isFields } from "../../../../journal/fields.ts";
import type { ResolvedComponent } from "../../../../model/resolved.ts";
import type { UserResource } from "../../yaml/user-resources.ts";

/** One entry of a component's metadata, as it is written. */
export type MetadataItem =
  | { readonly name: string; readonly value: string }
  /** In the component's secret store. */
  | { readonly name: string; readonly secretKeyRef: { readonly name: string; readonly key: string } }
  /** In the environment of the sidecar. */
  | { readonly name: string; readonly envRef: string };

/** A Dapr component as it is written, in YAML or in the config; plain data. */
export interface ComponentSpec {
  readonly name: string;
  /** For example `pubsub.redis`. */
  readonly type: string;
  readonly version: string;
  readonly metadata: readonly MetadataItem[];
  /** Where its `secretKeyRef`s are looked up. */
  readonly secretStore: string | null;
  /** Apps that it is for; empty = all. */
  readonly scopes: readonly string[];
  /** One that cannot be loaded is no reason not to start. */
  readonly ignoreErrors: boolean;
  /** Absolute path of its file; null = the config. */
  readonly file: string | null;
}

/** What a type begins with says what it is: `pubsub.redis` is a pub/sub. */
export function blockOf({ type }: Pick<ComponentSpec, "type">): string {
  return type.slice(0, type.indexOf("."));
}

/** The components of a folder of Dapr YAML: other kinds and versions are not meant. */
export function componentsIn(resources: readonly UserResource[]): readonly ComponentSpec[] {
  return resources
    .filter(({ kind, apiVersion }) => kind === "Component" && apiVersion === "dapr.io/v1alpha1")
    .map(({ file, name, scopes, secretStore, spec }) => ({
      name,
      type: textOf(spec["type"]).toLowerCase(),
      version: textOf(spec["version"]) || "v1",
      metadata: Array.isArray(spec["metadata"]) ? spec["metadata"].flatMap(itemOf) : [],
      secretStore,
      scopes,
      ignoreErrors: spec["ignoreErrors"] === true,
      file,
    }));
}

/** A component of the config, of the type that serves here. */
export function componentOfConfig(
  { name, metadata }: Pick<ResolvedComponent, "name" | "metadata">,
  type: string,
  generated: Readonly<Record<string, string>> = {},
): ComponentSpec {
  const own = Object.entries(metadata);
  const said = new Set(own.map(([key]) => key.toLowerCase()));
  const added = Object.entries(generated).filter(([key]) => !said.has(key.toLowerCase()));
  return {
    name,
    type,
    version: "v1",
    metadata: [...added, ...own].map(([key, value]) => ({ name: key, value })),
    secretStore: null,
    scopes: [],
    ignoreErrors: false,
    file: null,
  };
}

function itemOf(item: unknown): readonly MetadataItem[] {
  if (!isFields(item)) return [];
  const name = textOf(item["name"]);
  const { value, envRef, secretKeyRef } = item;
  if (value !== undefined && value !== null) return [{ name, value: textOf(value) }];
  if (typeof envRef === "string" && envRef !== "") return [{ name, envRef }];
  if (isFields(secretKeyRef) && textOf(secretKeyRef["name"]) !== "") {
    const secret = textOf(secretKeyRef["name"]);
    return [{ name, secretKeyRef: { name: secret, key: textOf(secretKeyRef["key"]) || secret } }];
  }
  return [{ name, value: "" }];
}

/** A value of any type as text, as Dapr takes it: objects as JSON. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined || value === null ? "" : JSON.stringify(value);
}
