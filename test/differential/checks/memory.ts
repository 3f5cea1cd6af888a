import { setTimeout as sleep } from "node:timers/promises";
import type { Question, Side, World } from "../check.ts";
import { component } from "../yaml.ts";
import { JSON_TYPE, publishTo } from "./publish.ts";

const TOPICS = Array.from({ length: 12 }, (_, index) => `many-${index}`);
const listens = (topic: string, route: string, more: Record<string, unknown> = {}): unknown => ({
  pubsubname: "agents-pubsub",
  topic,
  route,
  ...more,
});

/** What is special of `pubsub.in-memory`: one at a time, for those who are there. */
export const MEMORY: World = {
  name: "memory",
  resources: { "pubsub.yaml": component("agents-pubsub", "pubsub.in-memory") },
  subscribe: [
    listens("one", "/slow/one"),
    listens("two", "/slow/two"),
    ...TOPICS.map((topic) => listens(topic, "/slow/many")),
    listens("held", "/held/one"),
    listens("gone", "/gone/one", { deadLetterTopic: "gone-dead" }),
    listens("gone-dead", "/gone/dead"),
    listens("things.*", "/wild/any"),
    listens("things.known", "/wild/known"),
  ],
};

const post = (side: Side, topic: string, body = "{}"): Promise<number> =>
  publishTo(side, topic, { type: JSON_TYPE, body });

/** So many of `/slow` at once while all of these are published together. */
async function mostOf(side: Side, check: string, topics: readonly string[]): Promise<number> {
  side.app.most = 0;
  const wanted = side.got(check).length + topics.length;
  await Promise.all(topics.map(async (topic) => await post(side, topic)));
  await side.gotAtLeast(check, wanted);
  await sleep(100); // the last of them is with the app for 40 ms
  return side.app.most;
}

function question(name: string, ask: Question["ask"], differs?: string): Question {
  return {
    at: "question",
    name: `in memory: ${name}`,
    world: "memory",
    ask,
    ...(differs === undefined ? {} : { differs }),
  };
}

export const MEMORY_QUESTIONS: readonly Question[] = [
  question("one topic, one at a time", async (side) => await mostOf(side, "slow", ["one", "one", "one"])),
  question("two topics, one each", async (side) => await mostOf(side, "slow", ["one", "two", "one", "two"])),
  question(
    "twelve topics",
    async (side) => await mostOf(side, "slow", TOPICS),
    "deliveries to an app are at most ten at a time, over all its topics",
  ),
  question(
    "publishing while the one before is handled",
    async (side) => {
      const first = await post(side, "held", "1");
      await side.gotAtLeast("held", 1);
      const second = post(side, "held", "2");
      const atOnce = await Promise.race([second, sleep(1_000, "it waits")]);
      side.app.letGo();
      await side.gotAtLeast("held", 2);
      return { first, atOnce, second: await second };
    },
    "publishing does not wait for a handler: one that publishes to its own topic would wait for itself",
  ),
  question("nothing is kept for an app that is not there", async (side) => {
    const published: number[] = [];
    await side.app.away(async () => {
      published.push(await post(side, "gone", "1"));
      await sleep(300); // it is tried, and given up
    });
    while (side.got("gone").length === 0) {
      published.push(await post(side, "gone", "2"));
      await sleep(50);
    }
    await sleep(300);
    const got = side.got("gone").map(({ path, text }) => `${path} ${/"data":(\d)/u.exec(text)?.[1] ?? ""}`);
    return { published: [...new Set(published)], got: [...new Set(got)] };
  }),
  question("a wildcard", async (side) => {
    await post(side, "things.");
    await post(side, "things.new");
    await side.gotAtLeast("wild", 1);
    await sleep(100);
    return side.got("wild").map(({ path }) => path);
  }),
  question(
    "a wildcard and the topic itself",
    async (side) => {
      const before = side.got("wild").length;
      await post(side, "things.known");
      await side.gotAtLeast("wild", before + 1);
      await sleep(100);
      const got = side.got("wild").slice(before);
      return got.map(({ path }) => path).toSorted();
    },
    "an event comes to an app once, by the subscription that names its topic",
  ),
];
