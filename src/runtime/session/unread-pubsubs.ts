import { join, relative } from "node:path";
import { readJsonFile, writeJsonFile } from "../control/json-file.ts";
import { tryRemove } from "../control/state-dir.ts";
import { isFields, type Fields } from "../journal/fields.ts";
import type { ResolvedComponent, ResolvedConfig } from "../model/resolved.ts";
import type { UnreadPubsub } from "../resources/sidecar/daprd/host/daprd-calls.ts";
import { redisAddress, type RedisAddress } from "../resources/sidecar/daprd/yaml/components.ts";
import {
  readUserResources,
  resourcesFor,
  type UserResource,
  type UserResources,
} from "../resources/sidecar/yaml/user-resources.ts";
import type { RunPlan } from "./plan-run.ts";

export interface UnreadInput {
  /** The config's. */
  readonly components: readonly ResolvedComponent[];
  readonly user: UserResources;
  /** Agents whose sidecar is a daprd: for them the user's files count. */
  readonly agents: readonly string[];
  /** Real Redis servers of this run, by the name of their resource. */
  readonly redis: ReadonlyMap<string, RedisAddress>;
  /** Folder of the config: files are named from it. */
  readonly root: string;
}

/**
 * Pub/sub components of the config that a file of the user's takes elsewhere than to the run's Redis: daprd delivers from
 * there, and nothing but its deliveries is seen.
 */
export function unreadPubsubs({
  components,
  user,
  agents,
  redis,
  root,
}: UnreadInput): readonly UnreadPubsub[] {
  const files = [...new Set(agents.flatMap((agent) => resourcesFor(agent, user)))];
  return components
    .filter(({ kind }) => kind === "pubsub")
    .flatMap(({ name, resource }) => {
      const address = resource === null ? undefined : redis.get(resource);
      // Without a Redis of the run behind it, it never was in one.
      if (address === undefined) return [];
      for (const file of files) {
        if (file.kind !== "Component" || file.name !== name) continue;
        const what = whereElse(file, address);
        if (what !== null) return [{ pubsub: name, why: `${relative(root, file.file)} makes it ${what}` }];
      }
      return [];
    });
}

/** … in this run. The files are read only where a daprd is to read them too. */
export async function findUnread(
  { components, root }: ResolvedConfig,
  { agentSidecars }: Pick<RunPlan, "agentSidecars">,
  redis: ReadonlyMap<string, string>,
): Promise<readonly UnreadPubsub[]> {
  const agents = [...agentSidecars.byAgent].flatMap(([name, kind]) => (kind === "daprd" ? [name] : []));
  if (agents.length === 0) return [];
  const user = await readUserResources(join(root, "resources"));
  const addresses = new Map([...redis].map(([name, url]) => [name, redisAddress(url, "").address]));
  return unreadPubsubs({ components: Object.values(components), user, agents, redis: addresses, root });
}

/** What is said of it, once, at the start and by `agents events`. */
export function unreadText({ pubsub, why }: UnreadPubsub): string {
  return `${pubsub}: ${why}. Only what is delivered to agents on daprd is recorded; agents publish cannot reach it.`;
}

const FILE = "unread-pubsubs.json";

/** For whoever reads the journal when the run is over. */
export function keepUnread(stateDir: string, unread: readonly UnreadPubsub[]): void {
  if (unread.length === 0) tryRemove(join(stateDir, FILE));
  else writeJsonFile(join(stateDir, FILE), unread);
}

/** What the last run could not read. */
export function keptUnread(stateDir: string): readonly UnreadPubsub[] {
  const value = readJsonFile(join(stateDir, FILE));
  if (!Array.isArray(value)) return [];
  return value.flatMap((one: unknown) => {
    if (!isFields(one)) return [];
    const { pubsub, why } = one;
    return typeof pubsub === "string" && typeof why === "string" ? [{ pubsub, why }] : [];
  });
}

/** Null: it is the run's own Redis all the same, with other settings. */
function whereElse({ spec }: UserResource, { host, port, database }: RedisAddress): string | null {
  const type = String(spec["type"]);
  if (type !== "pubsub.redis") return `a ${type}`;
  const at = metadataOf(spec);
  const said = at.get("redishost");
  if (said === undefined) return "a pubsub.redis whose redisHost is not in the file";
  const [theirs = "", theirPort = at.get("redisport") ?? "6379"] = said.split(":");
  const isOurs = isSameHost(theirs, host) && Number(theirPort) === port;
  if (!isOurs || Number(at.get("redisdb") ?? 0) !== database) return `a pubsub.redis at ${said}`;
  const consumer = at.get("consumerid");
  if (consumer === undefined || consumer === "{appID}") return null;
  return `a pubsub.redis with a consumerID of its own`;
}

function metadataOf(spec: Fields): ReadonlyMap<string, string> {
  const items: readonly unknown[] = Array.isArray(spec["metadata"]) ? spec["metadata"] : [];
  return new Map(
    items.flatMap((item): [string, string][] => {
      if (!isFields(item)) return [];
      const { name, value } = item;
      const isGiven = typeof value === "string" || typeof value === "number";
      return typeof name === "string" && isGiven ? [[name.toLowerCase(), String(value)]] : [];
    }),
  );
}

function isSameHost(one: string, other: string): boolean {
  const loopback = ["localhost", "127.0.0.1", "[::1]", "::1"];
  return one === other || (loopback.includes(one) && loopback.includes(other));
}
