import type { CloudEvent } from "../events/standard-event.ts";
import type { Publish } from "../outbox/outbox.ts";
import { SidecarFailure } from "../state/state-store.ts";
import type { SidecarClient } from "./sidecar-client.ts";
import { readSdkError } from "./sidecar-client.ts";

/** Publishes on the topic that has the name of the event type. */
export function publisher(sidecar: SidecarClient, pubsub: string): Publish {
  return async (event: CloudEvent): Promise<void> => {
    const { error } = await sidecar.call(`Publishing ${event.type}`, async (client) => {
      // The SDK answers failures instead of throwing them.
      const answer = await client.pubsub.publish(pubsub, event.type, event, {
        contentType: "application/cloudevents+json",
      });
      if (answer.error !== undefined && readSdkError(answer.error).status === null) throw answer.error;
      return answer;
    });
    if (error !== undefined) {
      throw new SidecarFailure(`Publishing ${event.type} failed: ${readSdkError(error).message}`, {
        cause: error,
      });
    }
  };
}
