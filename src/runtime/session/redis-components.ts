import type { ResolvedComponent } from "../model/resolved.ts";

/** The Dapr component types that a real Redis serves. */
const ON_REDIS = { pubsub: "pubsub.redis", statestore: "state.redis" } as const;

/**
 * The components of the config as the embedded sidecars have them: those that a real Redis backs are on it, in the layout
 * that Dapr gives it. A type of the user's own stays; what it says of a Redis goes before what is known here.
 *
 * @param redis addresses of the real Redis servers of this run, with their passwords, by the names of their resources
 */
export function redisComponents(
  components: readonly ResolvedComponent[],
  redis: ReadonlyMap<string, string>,
): readonly ResolvedComponent[] {
  return components.map((component) => {
    const { kind, resource, type, metadata } = component;
    const url = resource === null ? undefined : redis.get(resource);
    if (url === undefined || kind === "secretstore") return component;
    const onRedis = ON_REDIS[kind];
    if (type !== null && type !== onRedis) return component;
    return { ...component, type: onRedis, metadata: { ...redisMetadata(url), ...metadata } };
  });
}

/** A URL in the words of Dapr's Redis components. */
function redisMetadata(url: string): Readonly<Record<string, string>> {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  const database = pathname.slice(1);
  return {
    redisHost: `${hostname}:${port === "" ? 6379 : port}`,
    ...(username === "" ? {} : { redisUsername: decodeURIComponent(username) }),
    ...(password === "" ? {} : { redisPassword: decodeURIComponent(password) }),
    ...(database === "" || database === "0" ? {} : { redisDB: database }),
    ...(protocol === "rediss:" ? { enableTLS: "true" } : {}),
  };
}
