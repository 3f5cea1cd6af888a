import { hasCode, isList, type RedisCommands } from "./connection.ts";

/** How many entries are asked for at once. */
const PAGE = 500;

export interface AgePendingOptions {
  readonly appId: string;
  readonly topics: readonly string[];
  /** `processingTimeout` of the component, in ms: from this age on daprd takes an entry back. */
  readonly processingTimeoutMs: number;
}

/**
 * Makes the pending entries of a sidecar that is gone old enough to be delivered again at once, instead of after
 * `processingTimeout`. Only while no daprd of the agent runs: what one is working on would be delivered twice.
 * Gives the number of entries. Delivery counts are left as they are.
 */
export async function agePending(redis: RedisCommands, options: AgePendingOptions): Promise<number> {
  const counts = await Promise.all(
    options.topics.map(async (topic) => await ageTopic(redis, topic, options)),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

async function ageTopic(
  redis: RedisCommands,
  topic: string,
  { appId, processingTimeoutMs }: AgePendingOptions,
): Promise<number> {
  const idle = String(processingTimeoutMs + 1_000);
  let aged = 0;
  for (let from = "-"; ;) {
    const ids = await pendingIds(redis, topic, appId, from);
    const last = ids.at(-1);
    if (last === undefined) return aged;
    // The consumer has the group's name, as daprd's has.
    await redis.send("XCLAIM", topic, appId, appId, "0", ...ids, "IDLE", idle, "JUSTID");
    aged += ids.length;
    if (ids.length < PAGE) return aged;
    from = `(${last}`;
  }
}

async function pendingIds(
  redis: RedisCommands,
  topic: string,
  appId: string,
  from: string,
): Promise<string[]> {
  try {
    const reply = await redis.send("XPENDING", topic, appId, from, "+", String(PAGE));
    return isList(reply) ? reply.flatMap((entry) => (isList(entry) ? [String(entry[0])] : [])) : [];
  } catch (error) {
    // It never listened to the topic.
    if (hasCode(error, "NOGROUP")) return [];
    throw error;
  }
}
