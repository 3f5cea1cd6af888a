import type { InputBinding } from "../bindings/input-binding.ts";
import type { Pubsub } from "../pubsub/pubsub.ts";
import type { SecretStore } from "../secrets/secret-store.ts";
import type { StateStore } from "../state/state-store.ts";
import type { ComponentSpec } from "./component-spec.ts";
import type { Block } from "./open-component.ts";

/** The components that one app has. */
export interface AppComponents {
  readonly pubsubs: ReadonlyMap<string, Pubsub>;
  readonly stores: ReadonlyMap<string, StateStore>;
  readonly secrets: ReadonlyMap<string, SecretStore>;
  readonly bindings: ReadonlyMap<string, InputBinding>;
  /** As `GET /v1.0/metadata` lists them. */
  readonly listed: readonly ListedComponent[];
}

export interface ListedComponent {
  readonly name: string;
  readonly type: string;
  readonly version: string;
  readonly capabilities: readonly string[];
}

export const NO_COMPONENTS: AppComponents = {
  pubsubs: new Map(),
  stores: new Map(),
  secrets: new Map(),
  bindings: new Map(),
  listed: [],
};

export function appComponents(
  open: readonly { readonly spec: ComponentSpec; readonly block: Block }[],
): AppComponents {
  const pubsubs = new Map<string, Pubsub>();
  const stores = new Map<string, StateStore>();
  const secrets = new Map<string, SecretStore>();
  const bindings = new Map<string, InputBinding>();
  for (const { spec, block } of open) {
    if (block.at === "pubsub") pubsubs.set(spec.name, block.pubsub);
    else if (block.at === "state") stores.set(spec.name, block.store);
    else if (block.at === "secrets") secrets.set(spec.name, block.secrets);
    else bindings.set(spec.name, block.binding);
  }
  const listed = open.map(({ spec: { name, type, version }, block }) => ({
    name,
    type,
    version,
    capabilities: capabilitiesOf(block),
  }));
  return { pubsubs, stores, secrets, bindings, listed };
}

function capabilitiesOf(block: Block): readonly string[] {
  if (block.at === "pubsub") return block.pubsub.capabilities;
  if (block.at === "binding") return ["INPUT_BINDING"];
  return block.at === "state" ? block.store.capabilities : [];
}

/** Where a declared topic belongs: the system's own pub/sub, else the first one. */
export function defaultPubsub(pubsubs: ReadonlyMap<string, unknown>): string {
  if (pubsubs.has("agents-pubsub")) return "agents-pubsub";
  const [first] = pubsubs.keys();
  return first ?? "agents-pubsub";
}
