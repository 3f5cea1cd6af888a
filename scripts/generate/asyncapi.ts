import type { OwnAgent } from "./agents.ts";

/** Who listens to what, by agent: the `subscribes` of the config. */
export type Subscriptions = Readonly<Record<string, readonly string[]>>;

/**
 * The AsyncAPI 3 document of the system: a channel for each event type, who sends it and who receives it. What a message
 * carries is a CloudEvent whose data is the standard event; its payload's schema is the one in `events/`.
 */
export function asyncApi(agents: readonly OwnAgent[], subscriptions: Subscriptions, version: string): object {
  const types = agents.flatMap(({ events }) => events);
  const known = new Set(types.map(({ type }) => type));
  const receivers = Object.entries(subscriptions).flatMap(([agent, listens]) =>
    listens.filter((type) => known.has(type)).map((type) => ({ agent, type })),
  );
  return {
    asyncapi: "3.0.0",
    info: {
      title: "agents",
      version,
      description:
        "The events of the six agents. Each travels on the topic of its name, on the pub/sub component agents-pubsub, as the data of a CloudEvent whose attributes mirror it.",
      license: { name: "MIT" },
    },
    defaultContentType: "application/cloudevents+json",
    channels: Object.fromEntries(
      types.map(({ type, description }) => [
        channel(type),
        {
          address: type,
          description,
          messages: { event: { $ref: `#/components/messages/${channel(type)}` } },
        },
      ]),
    ),
    operations: Object.fromEntries([
      ...agents.flatMap(({ name, events }) =>
        events.map(({ type }) => operation("send", name, type, `${name} publishes it.`)),
      ),
      ...receivers.map(({ agent, type }) => operation("receive", agent, type, `${agent} handles it.`)),
    ]),
    components: {
      messages: Object.fromEntries(
        types.map(({ type, description }) => [
          channel(type),
          {
            name: type,
            title: type,
            summary: description,
            contentType: "application/cloudevents+json",
            payload: cloudEvent(type),
          },
        ]),
      ),
    },
  };
}

/** A key of the document: dots would read as a path. */
function channel(type: string): string {
  return type.replaceAll(".", "_");
}

function operation(
  action: "send" | "receive",
  agent: string,
  type: string,
  summary: string,
): readonly [string, object] {
  return [
    `${agent}_${action}_${channel(type)}`,
    {
      action,
      summary,
      channel: { $ref: `#/channels/${channel(type)}` },
      messages: [{ $ref: `#/channels/${channel(type)}/messages/event` }],
      tags: [{ name: agent }],
    },
  ];
}

function cloudEvent(type: string): object {
  const id = { type: "string", format: "uuid" };
  const time = { type: "string", format: "date-time" };
  const text = { type: "string" };
  return {
    type: "object",
    required: ["specversion", "id", "type", "source", "data"],
    properties: {
      specversion: { const: "1.0" },
      id,
      type: { const: type },
      source: { type: "string", description: "/agents/<agentId>" },
      subject: text,
      time,
      datacontenttype: { const: "application/json" },
      agentsdepth: { type: "integer", minimum: 0, description: "How many events lie before it in its flow" },
      data: {
        type: "object",
        required: ["id", "eventType", "subject", "eventTime", "dataVersion", "metadataVersion", "data"],
        properties: {
          id,
          eventType: { const: type },
          subject: text,
          eventTime: time,
          dataVersion: text,
          metadataVersion: { const: "1" },
          data: {
            type: "object",
            required: ["correlationId", "causationId", "agentId", "payload"],
            properties: {
              correlationId: id,
              causationId: id,
              agentId: text,
              payload: { $ref: `../events/${type}.schema.json` },
            },
          },
        },
      },
    },
  };
}
