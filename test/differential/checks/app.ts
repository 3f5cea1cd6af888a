import { setTimeout as sleep } from "node:timers/promises";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Question, Side, World } from "../check.ts";
import { answerShape } from "../mask.ts";
import { component, resource } from "../yaml.ts";
import { JSON_TYPE, publishTo } from "./publish.ts";

/** An app that is asked for its health every second. */
export const HEALTH: World = {
  name: "health",
  resources: { "pubsub.yaml": component("agents-pubsub", "pubsub.in-memory") },
  flags: {
    "enable-app-health-check": true,
    "app-health-probe-interval": 1,
    "app-health-threshold": 1,
  },
  subscribe: [
    { pubsubname: "agents-pubsub", topic: "t", route: "/health/t" },
    { pubsubname: "agents-pubsub", topic: "missed", route: "/missed/t" },
  ],
};

/** An app that takes one request at a time. */
export const SINGLE: World = {
  name: "single",
  resources: { "pubsub.yaml": component("agents-pubsub", "pubsub.in-memory") },
  flags: { "app-max-concurrency": 1 },
};

/** Resources that come later. */
export const LATER: World = {
  name: "later",
  resources: { "pubsub.yaml": component("agents-pubsub", "pubsub.in-memory") },
};

async function untilInvoked(side: Side, status: number): Promise<unknown> {
  for (;;) {
    const answer = await side.call("/v1.0/invoke/app/method/echo");
    if (answer.status === status) return answerShape(answer);
    await sleep(50);
  }
}

const post = (side: Side, topic: string): Promise<number> =>
  publishTo(side, topic, { type: JSON_TYPE, body: "{}" });

/** Publishes again and again: until it counts, what is published in memory is lost. */
async function untilDelivered(side: Side, topic: string, check: string): Promise<readonly string[]> {
  const before = side.got(check).length;
  while (side.got(check).length === before) {
    await post(side, topic);
    await sleep(50);
  }
  return [...new Set(side.got(check).map(({ path }) => path))];
}

export const APP_QUESTIONS: readonly Question[] = [
  {
    at: "question",
    name: "health: how it is asked stands in the metadata",
    world: "health",
    ask: async (side) => {
      const { json } = await side.call("/v1.0/metadata");
      const {
        port: _port,
        maxConcurrency: _limit,
        ...app
      } = json["appConnectionProperties"] as Record<string, unknown>;
      return app;
    },
  },
  {
    at: "question",
    name: "health: an unhealthy app is not called",
    world: "health",
    ask: async (side) => {
      await untilInvoked(side, 200);
      const delivered = await untilDelivered(side, "t", "health");
      side.app.healthy = false;
      const refused = await untilInvoked(side, 500);
      const published = [await post(side, "t"), await post(side, "missed")];
      const count = side.got("health").length;
      await sleep(300);
      return { delivered, refused, published, more: side.got("health").length - count };
    },
  },
  {
    at: "question",
    name: "health: an app that is healthy again is called again",
    world: "health",
    ask: async (side) => {
      side.app.healthy = true;
      await untilInvoked(side, 200);
      const delivered = await untilDelivered(side, "t", "health");
      return { delivered, missed: side.got("missed").length };
    },
  },
  {
    at: "question",
    name: "concurrency: one call at a time",
    world: "single",
    ask: async (side) => {
      const answers = await Promise.all(
        [1, 2, 3, 4].map(async () => (await side.call("/v1.0/invoke/app/method/slow")).status),
      );
      return { answers, most: side.app.most };
    },
  },
  {
    at: "question",
    name: "concurrency: stands in the metadata",
    world: "single",
    ask: async (side) => {
      const { json } = await side.call("/v1.0/metadata");
      return (json["appConnectionProperties"] as Record<string, unknown>)["maxConcurrency"];
    },
  },
  {
    at: "question",
    name: "a subscription that is written later counts",
    world: "later",
    ask: async (side) => {
      writeFileSync(
        join(side.resources, "later.yaml"),
        resource("Subscription", "later", {
          pubsubname: "agents-pubsub",
          topic: "later",
          route: "/later/one",
        }),
      );
      return await untilDelivered(side, "later", "later");
    },
  },
  {
    at: "question",
    name: "a component that is written later counts",
    world: "later",
    ask: async (side) => {
      writeFileSync(join(side.resources, "store.yaml"), component("late", "state.in-memory"));
      for (;;) {
        const answer = await side.call("/v1.0/state/late/none");
        if (answer.status === 204) return answerShape(answer);
        await sleep(50);
      }
    },
  },
];
