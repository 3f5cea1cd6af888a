import { join } from "node:path";
import type { Test } from "tap";
import type { Check, Delivery, World } from "./check.ts";
import { compareDeliveries, compareQuestions, type Compared } from "./compare.ts";
import { idOf, openSide, type Kind, type OpenSide } from "./side.ts";
import type { SuiteRedis } from "./suite-redis.ts";

/** Does all the checks of a world with both kinds of sidecar. */
export async function compareWorld(
  t: Pick<Test, "teardown" | "testdir">,
  world: World,
  checks: readonly Check[],
  redis: () => Promise<SuiteRedis>,
): Promise<readonly Compared[]> {
  const mine = checks.filter((check) => check.world === world.name);
  const deliveries = mine
    .filter((check): check is Delivery => check.at === "delivery")
    .map((check, index) => ({ ...check, id: idOf(index) }));
  const questions = mine.filter((check) => check.at === "question");
  const dir = t.testdir({ daprd: {}, agents: {} });
  const real = world.needsRedis === true ? await redis() : null;
  const open = async (kind: Kind): Promise<OpenSide> =>
    await openSide(t, kind, world, deliveries, {
      dir: join(dir, kind),
      redis: real === null ? null : { address: real.address, database: real.database() },
    });
  const [daprd, agents] = await Promise.all([open("daprd"), open("agents")]);
  const asked = await compareQuestions(questions, { daprd, agents });
  const delivered = await compareDeliveries(deliveries, { daprd, agents });
  return [...asked, ...delivered];
}
