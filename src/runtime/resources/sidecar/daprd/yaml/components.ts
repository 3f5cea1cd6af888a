import type { ResourceFile } from "./document.ts";

/** The secret store that generated components refer to. Its secrets are in daprd's environment and nowhere else. */
export const SECRET_STORE = "agents-secrets";

/** A Redis that daprd can reach. The password is named, never written. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly username: string | null;
  /** Name of the variable in daprd's environment that holds the password; null = there is none. */
  readonly passwordVariable: string | null;
  readonly database: number;
  readonly tls: boolean;
}

/** How events are delivered to an agent. */
export interface DeliverySettings {
  readonly deliveryTimeoutMs: number;
  readonly concurrency: number;
}

/** One entry of a component's metadata. */
export type MetadataItem =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly secretKeyRef: { readonly name: string; readonly key: string } };

/** A delivery that takes longer is taken for lost, and made again: well beyond the time-out of delivery. */
const PROCESSING_MARGIN_MS = 30_000;
/** Each look takes back as many as are read at once, no more: what a crash left behind is back within seconds. */
const REDELIVER_INTERVAL_MS = 1_000;

/** Reads a Redis URL (`redis://user:password@host:port/db`); the password goes under a variable's name. */
export function redisAddress(
  url: string,
  passwordVariable: string,
): { readonly address: RedisAddress; readonly secrets: Readonly<Record<string, string>> } {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  const secret = decodeURIComponent(password);
  return {
    address: {
      host: hostname,
      port: port === "" ? 6379 : Number(port),
      username: username === "" ? null : decodeURIComponent(username),
      passwordVariable: secret === "" ? null : passwordVariable,
      database: Number(pathname.slice(1) || 0),
      tls: protocol === "rediss:",
    },
    secrets: secret === "" ? {} : { [passwordVariable]: secret },
  };
}

export function redisPubsub(
  name: string,
  redis: RedisAddress,
  { deliveryTimeoutMs, concurrency }: DeliverySettings,
  metadata: readonly MetadataItem[],
): ResourceFile {
  const processingTimeout = deliveryTimeoutMs + PROCESSING_MARGIN_MS;
  return component(name, "pubsub.redis", metadata, [
    ...redisMetadata(redis),
    // Integers are ms: a duration with a unit is ignored by the component.
    { name: "processingTimeout", value: String(processingTimeout) },
    { name: "redeliverInterval", value: String(REDELIVER_INTERVAL_MS) },
    { name: "concurrency", value: String(concurrency) },
    // What is read and waits for a worker grows old as well: read no more than can be started.
    { name: "queueDepth", value: String(concurrency) },
  ]);
}

export function redisState(
  name: string,
  redis: RedisAddress,
  metadata: readonly MetadataItem[],
): ResourceFile {
  return component(name, "state.redis", metadata, redisMetadata(redis));
}

export function sqliteState(name: string, file: string, metadata: readonly MetadataItem[]): ResourceFile {
  return component(name, "state.sqlite", metadata, [{ name: "connectionString", value: file }]);
}

/** A component of a type of the user's own choice: as its metadata says. */
export function plainComponent(name: string, type: string, metadata: readonly MetadataItem[]): ResourceFile {
  return component(name, type, metadata, []);
}

export function secretStore(): ResourceFile {
  return {
    ...component(SECRET_STORE, "secretstores.local.env", [], []),
    comment:
      "Where the other components find their secrets: the environment of daprd. Apps may not read it (config.yaml).",
  };
}

function redisMetadata(redis: RedisAddress): MetadataItem[] {
  const { host, port, username, passwordVariable, database, tls } = redis;
  return [
    { name: "redisHost", value: `${host}:${port}` },
    ...(username === null ? [] : [{ name: "redisUsername", value: username }]),
    ...(passwordVariable === null
      ? []
      : [{ name: "redisPassword", secretKeyRef: { name: passwordVariable, key: passwordVariable } }]),
    ...(database === 0 ? [] : [{ name: "redisDB", value: String(database) }]),
    ...(tls ? [{ name: "enableTLS", value: "true" }] : []),
  ];
}

/** What must not be written into a file: by the name of a component's metadata, in the words that Dapr's components use. */
const SECRET_NAME =
  /password|secret(?!store)|token|(?:access|account|master|shared|private|api)key|^connectionstring$/iu;

/**
 * The metadata that a config gives a component, ready to be written: secrets are named, and travel in daprd's environment
 * under names of their own.
 */
export function ownMetadata(
  owner: string,
  type: string,
  metadata: Readonly<Record<string, string>>,
): { readonly items: readonly MetadataItem[]; readonly secrets: Readonly<Record<string, string>> } {
  const secrets: Record<string, string> = {};
  const items = Object.entries(metadata).map(([name, value]): MetadataItem => {
    // The connection string of SQLite is the path of its file.
    if (!SECRET_NAME.test(name) || type.endsWith(".sqlite") || value === "") return { name, value };
    const variable = `AGENTS_SECRET_${owner}_${name}`.toUpperCase().replaceAll(/[^A-Z0-9]+/gu, "_");
    secrets[variable] = value;
    return { name, secretKeyRef: { name: variable, key: variable } };
  });
  return { items, secrets };
}

function component(
  name: string,
  type: string,
  own: readonly MetadataItem[],
  generated: readonly MetadataItem[],
): ResourceFile {
  // Names of metadata match in any case, as they do in Dapr.
  const said = new Set(own.map((item) => item.name.toLowerCase()));
  const metadata = [...generated.filter((item) => !said.has(item.name.toLowerCase())), ...own];
  const refers = metadata.some((item) => "secretKeyRef" in item);
  return {
    file: `${name}.yaml`,
    comment: `The component ${name} of the config, as it runs here.`,
    document: {
      apiVersion: "dapr.io/v1alpha1",
      kind: "Component",
      metadata: { name },
      spec: { type, version: "v1", metadata },
      ...(refers ? { auth: { secretStore: SECRET_STORE } } : {}),
    },
  };
}
