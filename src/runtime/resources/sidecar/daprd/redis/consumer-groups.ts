import { hasCode, type RedisCommands } from "./connection.ts";

/**
 * Makes the consumer groups of an agent where they are missing, from now on: daprd itself would make one from the beginning
 * of the stream, and replay its whole history. The group's name is the app id, as daprd names it.
 */
export async function createConsumerGroups(
  redis: RedisCommands,
  appId: string,
  topics: readonly string[],
): Promise<void> {
  await Promise.all(
    topics.map(async (topic) => {
      try {
        await redis.send("XGROUP", "CREATE", topic, appId, "$", "MKSTREAM");
      } catch (error) {
        if (!hasCode(error, "BUSYGROUP")) throw error;
      }
    }),
  );
}

/** Ends the groups of an agent on topics that it does not listen to any more; what waited in them is gone. */
export async function removeConsumerGroups(
  redis: RedisCommands,
  appId: string,
  topics: readonly string[],
): Promise<void> {
  await Promise.all(
    topics.map(async (topic) => {
      try {
        await redis.send("XGROUP", "DESTROY", topic, appId);
      } catch (error) {
        // The stream itself is gone.
        if (!hasCode(error, "ERR The XGROUP subcommand requires the key to exist")) throw error;
      }
    }),
  );
}
