import t from "tap";
import { pick, resourceOf, until } from "../../helpers/system.ts";
import { SKIP } from "../../runtime/daprd/kit.ts";
import { daprdFixtures, numbers } from "./kit.ts";

t.test(
  "Redis is killed in the middle of 500 events: it is said, and all that was accepted is handled within seconds",
  { skip: SKIP },
  async (t) => {
    const { agents, handled, publish } = numbers(() => project);
    const { project, redis, again } = await daprdFixtures(t, agents);
    const up = project.up();
    await up.ready();
    const before = resourceOf(await project.json(["ps"]), "worker-dapr");
    const publishing = publish(0, 500);
    await until("some are handled", () => handled().length > 100, 30_000);
    await redis.kill();
    await up.event(
      "Redis is away",
      (event) => event["type"] === "notice" && String(event["text"]).startsWith("Redis is away"),
    );
    await again();
    await up.event(
      "Redis is back",
      (event) => event["type"] === "notice" && String(event["text"]).startsWith("Redis is back"),
    );
    const since = performance.now();
    const accepted = await publishing;
    t.ok(accepted.length > 100, `${accepted.length} of 500 were accepted`);
    await until(
      "every accepted number is handled",
      () => {
        const seen = new Set(handled());
        return accepted.every((n) => seen.has(n));
      },
      30_000,
    );
    t.comment(`${Math.round(performance.now() - since)} ms after Redis was back`);
    t.ok(performance.now() - since < 20_000, "not after the minutes of the time-out of processing");
    const after = resourceOf(await project.json(["ps"]), "worker-dapr");
    t.match(after, { restarts: 0, lastExit: { cause: "dependency" } });
    t.not(pick(after, "pid"), pick(before, "pid"), "its daprd was started again");
    t.equal(pick(resourceOf(await project.json(["ps"]), "worker"), "restarts"), 0);
  },
);
