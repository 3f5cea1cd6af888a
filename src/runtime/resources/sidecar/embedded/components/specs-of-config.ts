import { AgentsError } from "../../../../model/errors.ts";
import type { ResolvedComponent } from "../../../../model/resolved.ts";
import { componentOfConfig, type ComponentSpec } from "./component-spec.ts";
import { assertServed } from "./open-component.ts";

/** The type that serves where the config leaves it open and no server is there. */
const EMBEDDED = {
  pubsub: "pubsub.agents",
  statestore: "state.sqlite",
  secretstore: "secretstores.local.env",
} as const satisfies Record<ResolvedComponent["kind"], string>;

const PREFIX = {
  pubsub: "pubsub.",
  statestore: "state.",
  secretstore: "secretstores.",
} as const satisfies Record<ResolvedComponent["kind"], string>;

/** The type that serves where the resource is a real Redis. */
const ON_REDIS = {
  pubsub: "pubsub.redis",
  statestore: "state.redis",
  secretstore: null,
} as const satisfies Record<ResolvedComponent["kind"], string | null>;

/** How much is read ahead, and with agents at once: what an agent takes at once is its own limit. */
const AHEAD = "250";
/** Beyond the time that any delivery of ours may take: in a run nobody else is in an agent's group. */
const PROCESSING_TIMEOUT_MS = "600000";
const REDELIVER_MS = "5000";

function redisMetadata(url: string, kind: ResolvedComponent["kind"]): Readonly<Record<string, string>> {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  return {
    redisHost: `${hostname}:${port === "" ? "6379" : port}`,
    ...(username === "" ? {} : { redisUsername: decodeURIComponent(username) }),
    ...(password === "" ? {} : { redisPassword: decodeURIComponent(password) }),
    ...(pathname.length > 1 ? { redisDB: pathname.slice(1) } : {}),
    ...(protocol === "rediss:" ? { enableTLS: "true" } : {}),
    ...(kind === "pubsub"
      ? {
          concurrency: AHEAD,
          queueDepth: AHEAD,
          processingTimeout: PROCESSING_TIMEOUT_MS,
          redeliverInterval: REDELIVER_MS,
        }
      : {}),
  };
}

/**
 * The components of the config, of the types that serve here. `redis`: real servers, by the name of their resource.
 *
 * @throws AgentsError AGENTS_NOT_SUPPORTED for a type that the embedded sidecar does not have
 */
export function specsOfConfig(
  components: readonly ResolvedComponent[],
  redis: Readonly<Record<string, string>> = {},
): readonly ComponentSpec[] {
  return components.map((component) => {
    const url = component.resource === null ? undefined : redis[component.resource];
    const onRedis = ON_REDIS[component.kind];
    if (url !== undefined && onRedis !== null && (component.type ?? onRedis) === onRedis)
      return componentOfConfig(component, onRedis, redisMetadata(url, component.kind));
    const spec = componentOfConfig(component, component.type ?? EMBEDDED[component.kind]);
    assertServed(spec);
    if (!spec.type.startsWith(PREFIX[component.kind])) throw wrongKind(component, spec.type);
    return spec;
  });
}

function wrongKind({ name, kind }: ResolvedComponent, type: string): AgentsError {
  return new AgentsError("AGENTS_NOT_SUPPORTED", `the component ${name} is a ${kind}, and ${type} is none`, {
    path: `components.${name}.type`,
    found: type,
    expected: `a type that begins with ${PREFIX[kind]}`,
  });
}
