import { join } from "node:path";
import type { ResolvedComponent } from "../model/resolved.ts";
import type { RedisAddress } from "../resources/sidecar/daprd/yaml/components.ts";
import type { PlannedComponent } from "../resources/sidecar/daprd/yaml/generate.ts";

/** Where a component's data is, for a daprd of this run. */
export interface ComponentPlaces {
  /** Real Redis servers of this run, by the name of their resource. */
  readonly redis: ReadonlyMap<string, RedisAddress>;
  readonly stateDir: string;
}

/** The components of the config as daprd has them: Redis where Redis backs them, and what needs none as it is everywhere. */
export function daprdComponents(
  components: readonly ResolvedComponent[],
  places: ComponentPlaces,
): readonly PlannedComponent[] {
  return components.map((component) => ({
    name: component.name,
    metadata: component.metadata,
    on: placeOf(component, places),
  }));
}

/** The pub/sub components whose streams are in a Redis. */
export function streamedPubsubs(
  components: readonly ResolvedComponent[],
  places: ComponentPlaces,
): readonly string[] {
  const names = components.flatMap((component) =>
    placeOf(component, places).by === "redis-pubsub" ? [component.name] : [],
  );
  // What is read from a stream counts for the first: the system's own.
  return names.toSorted((one, other) => rank(one) - rank(other));
}

function rank(name: string): number {
  return name === "agents-pubsub" ? 0 : 1;
}

function placeOf(
  { name, kind, type, resource }: ResolvedComponent,
  { redis, stateDir }: ComponentPlaces,
): PlannedComponent["on"] {
  const address = resource === null ? undefined : redis.get(resource);
  if (kind === "pubsub" && address !== undefined && (type === null || type === "pubsub.redis"))
    return { by: "redis-pubsub", redis: address };
  if (kind === "statestore" && address !== undefined && (type === null || type === "state.redis"))
    return { by: "redis-state", redis: address };
  if (kind === "statestore" && (type === null || type === "state.sqlite"))
    return { by: "sqlite-state", file: join(stateDir, "state", `${name}.db`) };
  return { by: "type", type: type ?? DEFAULTS[kind] };
}

const DEFAULTS = {
  pubsub: "pubsub.in-memory",
  statestore: "state.in-memory",
  secretstore: "secretstores.local.env",
} as const satisfies Record<ResolvedComponent["kind"], string>;
