import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Test } from "tap";
import type { Place, Question } from "./check.ts";
import { REDIS } from "./checks/worlds.ts";
import { JSON_TYPE, publishTo } from "./checks/publish.ts";
import { judged, type Compared } from "./compare.ts";
import { openSide, type Kind } from "./side.ts";
import type { SuiteRedis } from "./suite-redis.ts";

const EVENTS = 30;

/** Two sidecars of one app id, each with its app: they share a consumer group, so that each event comes to one of them. */
export async function compareReplicas(
  t: Pick<Test, "teardown" | "testdir">,
  { address, database }: SuiteRedis,
): Promise<Compared> {
  const check: Question = {
    at: "question",
    name: "replicas of an app share its events",
    world: "replicas",
    ask: async () => null,
  };
  const dir = t.testdir({ daprd: { one: {}, two: {} }, agents: { one: {}, two: {} } });
  const [daprd, agents] = await Promise.all(
    (["daprd", "agents"] as const).map(
      async (kind) => await shared(t, kind, join(dir, kind), { address, database: database() }),
    ),
  );
  return judged(check, daprd, agents);
}

async function shared(
  t: Pick<Test, "teardown" | "testdir">,
  kind: Kind,
  dir: string,
  redis: Place,
): Promise<unknown> {
  const world = {
    ...REDIS,
    subscribe: [{ pubsubname: "agents-pubsub", topic: "shared", route: "/shared/t" }],
  };
  const open = async (name: string): ReturnType<typeof openSide> =>
    await openSide(t, kind, world, [], { dir: join(dir, name), redis });
  // The second is there once it gets events: the probes of both are shared, too.
  const sides = await Promise.all([open("one"), open("two")]);
  for (let n = 0; n < EVENTS; n += 1)
    await publishTo(sides[0], "shared", { type: JSON_TYPE, body: `{"n":${n}}` });
  const all = (): readonly string[] =>
    sides.flatMap((side) => side.got("shared").map(({ text }) => /"n":\d+/u.exec(text)?.[0] ?? ""));
  while (new Set(all()).size < EVENTS) await sleep(25);
  await sleep(500); // one that came twice would have come by now
  return { different: new Set(all()).size, all: all().length };
}
