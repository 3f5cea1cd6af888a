import type { Addressing, Bus } from "../bus/bus.ts";
import type { StoredEvent } from "../bus/event.ts";
import type { Metadata } from "../components/metadata.ts";
import type { Pubsub } from "./pubsub.ts";

/** `pubsub.agents`: the durable bus of the run. Accepted means on disk. */
export function durablePubsub(name: string, metadata: Metadata, bus: Bus): Pubsub {
  return {
    name,
    metadata,
    handsOut: false,
    capabilities: [],
    publish: async (events) => {
      for (const event of events) bus.accept(event);
      await bus.commit.committed();
    },
    deadLetter: (event, topic) => bus.accept({ ...event, topic }, copyOf(event, null)),
    close: async () => undefined,
  };
}

/**
 * `pubsub.in-memory`: one app's own. As with Dapr's, no other app gets its events, and those that wait end with the
 * sidecar. They are recorded all the same.
 */
export function memoryPubsub(name: string, metadata: Metadata, bus: Bus, appId: string): Pubsub {
  return {
    name,
    metadata,
    handsOut: false,
    capabilities: ["SUBSCRIBE_WILDCARDS"],
    publish: async (events) => {
      for (const event of events) bus.accept(event, { onlyTo: appId, deadLetterOf: null });
      await bus.commit.committed();
    },
    deadLetter: (event, topic) => bus.accept({ ...event, topic }, copyOf(event, appId)),
    close: async () => {
      bus.commit.write(() => bus.subscriptions.dropWaiting(appId, name, "it waited in memory"));
      await bus.commit.committed();
    },
  };
}

function copyOf(event: StoredEvent, onlyTo: string | null): Addressing {
  return { onlyTo, deadLetterOf: event.deadLetterOf ?? event.seq };
}
