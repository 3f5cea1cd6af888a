import { join } from "node:path";
import { startRedis } from "../runtime/daprd/kit.ts";
import type { Test } from "tap";
import type { Check, Delivery, World } from "./check.ts";
import { compareDeliveries, compareQuestions, type Compared } from "./compare.ts";
import { idOf, openSide, type Kind, type OpenSide } from "./side.ts";

/** Does all the checks of a world with both kinds of sidecar. */
export async function compareWorld(
  t: Pick<Test, "teardown" | "testdir">,
  world: World,
  checks: readonly Check[],
): Promise<readonly Compared[]> {
  const mine = checks.filter((check) => check.world === world.name);
  const deliveries = mine
    .filter((check): check is Delivery => check.at === "delivery")
    .map((check, index) => ({ ...check, id: idOf(index) }));
  const questions = mine.filter((check) => check.at === "question");
  const dir = t.testdir({ daprd: {}, agents: {}, "redis-daprd": {}, "redis-agents": {} });
  const open = async (kind: Kind): Promise<OpenSide> => {
    // One Redis each: they would share their consumer group.
    const redis = world.needsRedis === true ? await startRedis(t, join(dir, `redis-${kind}`)) : null;
    const side = await openSide(t, kind, world, deliveries, {
      dir: join(dir, kind),
      redis: redis === null ? "" : `127.0.0.1:${redis.port}`,
    });
    return side;
  };
  const [daprd, agents] = await Promise.all([open("daprd"), open("agents")]);
  const asked = await compareQuestions(questions, { daprd, agents });
  const delivered = await compareDeliveries(deliveries, { daprd, agents });
  return [...asked, ...delivered];
}
