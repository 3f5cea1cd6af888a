import { join, resolve } from "node:path";
import { AgentsError } from "../../../../model/errors.ts";
import { cronBinding, type InputBinding } from "../bindings/input-binding.ts";
import type { Bus } from "../bus/bus.ts";
import { durablePubsub } from "../pubsub/durable-pubsub.ts";
import { MemoryPubsub } from "../pubsub/memory-pubsub.ts";
import type { Pubsub } from "../pubsub/pubsub.ts";
import { envSecrets, fileSecrets, type SecretStore } from "../secrets/secret-store.ts";
import { SqliteStateStore } from "../state/sqlite-state-store.ts";
import { openStateDatabase } from "../state/state-database.ts";
import type { StateStore } from "../state/state-store.ts";
import type { ComponentSpec } from "./component-spec.ts";
import type { Metadata } from "./metadata.ts";

/** A component that is open: what an app uses it as. */
export type Block =
  | { readonly at: "pubsub"; readonly pubsub: Pubsub }
  | { readonly at: "state"; readonly store: StateStore }
  | { readonly at: "secrets"; readonly secrets: SecretStore }
  | { readonly at: "binding"; readonly binding: InputBinding };

/** What components are opened with. */
export interface OpenContext {
  readonly appId: string;
  readonly bus: Bus;
  /** Absolute path of `.agents/`. */
  readonly stateDir: string;
  /** Relative paths in metadata start here. */
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  /**
   * How apps stand in Redis. `own`: what is pending in an app's group when its sidecar starts was left behind, and a new
   * group begins now. `shared`: others may be in the group, and a new one begins with the stream (daprd's way).
   */
  readonly groups: "own" | "shared";
  /** True where somebody else records what is published to a pub/sub. */
  readonly isTailed: (pubsub: string) => boolean;
  /** Says that a server which a component works over is away (`warn`), or back. */
  readonly tellOfServer: (level: "info" | "warn", text: string) => void;
  readonly log: (appId: string, level: "info" | "warn" | "error", text: string) => void;
}

type Opener = (spec: ComponentSpec, metadata: Metadata, context: OpenContext) => Block | Promise<Block>;

const OPENERS: ReadonlyMap<string, Opener> = new Map<string, Opener>([
  [
    "pubsub.agents",
    ({ name }, metadata, { bus }) => ({ at: "pubsub", pubsub: durablePubsub(name, metadata, bus) }),
  ],
  [
    "pubsub.in-memory",
    ({ name }, metadata, { bus, appId }) => ({
      at: "pubsub",
      pubsub: new MemoryPubsub(name, metadata, bus, appId),
    }),
  ],
  ["pubsub.redis", openRedisPubsub],
  ["state.sqlite", openSqlite],
  [
    "state.in-memory",
    ({ name }, metadata) => ({
      at: "state",
      store: new SqliteStateStore(openStateDatabase(":memory:"), {
        name,
        keyPrefix: metadata.text("keyPrefix"),
      }),
    }),
  ],
  ["state.redis", openRedisState],
  [
    "bindings.cron",
    async ({ name }, metadata) => ({ at: "binding", binding: await cronBinding(name, metadata) }),
  ],
  [
    "secretstores.local.env",
    ({ name }, metadata, { env }) => ({ at: "secrets", secrets: envSecrets(name, metadata, env) }),
  ],
  [
    "secretstores.local.file",
    ({ name }, metadata, { root }) => ({ at: "secrets", secrets: fileSecrets(name, metadata, root) }),
  ],
]);

/** One app's is never another's. */
export function isOwn({ type }: ComponentSpec): boolean {
  return type.endsWith(".in-memory");
}

export async function openComponent(
  spec: ComponentSpec,
  metadata: Metadata,
  context: OpenContext,
): Promise<Block> {
  const opener = OPENERS.get(spec.type);
  if (opener === undefined) throw notServed(spec);
  return await opener(spec, metadata, context);
}

/** @throws AgentsError AGENTS_NOT_SUPPORTED for a type that the embedded sidecar does not have */
export function assertServed(spec: ComponentSpec): void {
  if (!OPENERS.has(spec.type)) throw notServed(spec);
}

function notServed({ name, type, file }: ComponentSpec): AgentsError {
  const block = type.slice(0, type.indexOf(".") + 1);
  const alike = [...OPENERS.keys()].filter((one) => block !== "" && one.startsWith(block));
  return new AgentsError(
    "AGENTS_NOT_SUPPORTED",
    `the embedded sidecar does not serve the component ${name} of type ${type}`,
    {
      path: file ?? `components.${name}.type`,
      found: type,
      expected: (alike.length > 0 ? alike : [...OPENERS.keys()]).join(", "),
      hint:
        file === null
          ? "Leave the type out: the embedded one serves, and keeps what it takes."
          : "Give it `scopes` of apps that run elsewhere, or set `ignoreErrors: true` in its spec.",
    },
  );
}

/** `connectionString` is a path, or a URI `file:path?…`; without one, each component has a file of its own in the state folder. */
function openSqlite({ name }: ComponentSpec, metadata: Metadata, { stateDir, root }: OpenContext): Block {
  const given = metadata
    .text("connectionString")
    .replace(/^file:(?:\/\/)?/u, "")
    .replace(/\?.*$/su, "");
  const file =
    given === ""
      ? join(stateDir, "state", `${name}.db`)
      : given === ":memory:"
        ? given
        : resolve(root, given);
  const database = openStateDatabase(file, {
    table: metadata.text("tableName") || "state",
    metadataTable: metadata.text("metadataTableName") || "metadata",
  });
  return {
    at: "state",
    store: new SqliteStateStore(database, { name, keyPrefix: metadata.text("keyPrefix") }),
  };
}

/** A store has a connection of its own: its transactions are one after the other on it. */
async function openRedisState(
  { name }: ComponentSpec,
  metadata: Metadata,
  { tellOfServer }: OpenContext,
): Promise<Block> {
  const [{ redisSettings }, { openRedisLink }, { RedisStateStore }] = await Promise.all([
    import("../redis/redis-settings.ts"),
    import("../redis/redis-link.ts"),
    import("../redis/redis-state-store.ts"),
  ]);
  const settings = redisSettings(metadata);
  const ttl = metadata.text("ttlInSeconds") === "" ? null : metadata.integer("ttlInSeconds", 0);
  const link = await openRedisLink(settings, {
    onLost: (why) => tellOfServer("warn", `${name}: redis at ${settings.address} is away (${why})`),
    onBack: () => tellOfServer("info", `${name}: redis at ${settings.address} is back`),
  });
  const keyPrefix = metadata.text("keyPrefix");
  return { at: "state", store: new RedisStateStore(link, { name, keyPrefix, ttlInSeconds: ttl }) };
}

/** Publishing and acknowledging share a connection; each app reads on one of its own. */
async function openRedisPubsub(
  { name }: ComponentSpec,
  metadata: Metadata,
  { bus, groups, isTailed, log, tellOfServer }: OpenContext,
): Promise<Block> {
  const [{ streamSettings }, { RedisPubsub }] = await Promise.all([
    import("../redis/stream-settings.ts"),
    import("../redis/redis-pubsub.ts"),
  ]);
  const settings = streamSettings(metadata);
  const alone = groups === "own";
  const groupsFrom = alone ? "$" : "0";
  const options = { name, metadata, settings, bus, alone, groupsFrom, log, tellOfServer } as const;
  return {
    at: "pubsub",
    pubsub: await RedisPubsub.open({ ...options, isTailed: () => isTailed(name) }),
  };
}
