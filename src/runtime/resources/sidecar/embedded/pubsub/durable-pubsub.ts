import type { Bus } from "../bus/bus.ts";
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
    deadLetter: (event, topic) =>
      bus.accept({ ...event, topic }, { onlyTo: null, deadLetterOf: event.deadLetterOf ?? event.seq }),
    close: async () => undefined,
  };
}
