import { AgentsError } from "../../../model/errors.ts";
import type { PublishRequest } from "../sidecar-host.ts";
import { RUNTIME, type ComponentSet } from "./components/component-set.ts";
import { makeEvent } from "./publish/make-event.ts";
import { noBroker } from "./publish/no-broker.ts";
import type { Pubsub } from "./pubsub/pubsub.ts";

/** Publishes what the runtime itself has to say. */
export async function publishOwn(
  broker: Pick<Pubsub, "publish">,
  { pubsub, topic, body, contentType, raw, traceparent = null }: PublishRequest,
): Promise<void> {
  const input = {
    appId: "agents",
    pubsub,
    topic,
    body: Buffer.from(body),
    contentType,
    metadata: {},
    traceparent,
    tracestate: null,
  };
  const made = makeEvent(input, raw, Date.now());
  if (!made.ok)
    throw new AgentsError("AGENTS_PUBLISH_FAILED", `no CloudEvent can be made of the event: ${made.why}`);
  await broker.publish([made.event]);
}

/**
 * A pub/sub that the runtime can publish to.
 *
 * @throws AgentsError where there is none of that name, or each agent has one of its own
 */
export async function sharedPubsub(
  components: ComponentSet,
  pubsub: string,
): Promise<Pick<Pubsub, "publish">> {
  const { pubsubs } = await components.prepare(RUNTIME);
  const broker = pubsubs.get(pubsub);
  const isShared = components.pubsubs(RUNTIME).get(pubsub)?.type !== "pubsub.in-memory";
  if (!isShared || broker === undefined) throw noBroker(pubsub, isShared ? [...pubsubs.keys()] : "in-memory");
  return broker;
}
