import { appendFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { isList } from "../../../src/runtime/resources/sidecar/daprd/redis/connection.ts";
import { pick, resourceOf, until, type Project } from "../../helpers/system.ts";
import { SKIP } from "../../runtime/daprd/kit.ts";
import { daprdFixtures, numbers } from "./kit.ts";

t.test(
  "an agent on daprd stops, is saved, crashes, loses its daprd, and the run is killed: no event is lost",
  { skip: SKIP },
  async (t) => {
    const { agents, handled, publish } = numbers(() => project);
    const { project, redis } = await daprdFixtures(t, agents);
    const first = project.up();
    await first.ready();
    const view = async (name: string): Promise<unknown> => resourceOf(await project.json(["ps"]), name);
    const untilAll = async (count: number): Promise<void> => {
      await until(`${count} numbers are handled`, () => new Set(handled()).size === count, 30_000);
    };

    await t.test("events for a stopped agent wait in its group", async (t) => {
      t.equal((await project.agents(["stop", "worker"])).code, 0);
      t.match(await view("worker-dapr"), { state: "stopped", pid: null });
      t.equal((await publish(0, 200)).length, 200);
      t.same(handled(), []);
      const groups = await redis.connection.send("XINFO", "GROUPS", "numbers");
      t.ok(isList(groups) && groups.length === 1, "one group, that of the worker");
      t.equal((await project.agents(["start", "worker"])).code, 0);
      await untilAll(200);
      t.equal(handled().length, 200, "once each");
    });

    await t.test("a save restarts the agent alone", async (t) => {
      const before = { agent: await view("worker"), sidecar: await view("worker-dapr") };
      const publishing = publish(200, 400);
      await until("some are handled", () => handled().length > 220);
      appendFileSync(join(project.root, "worker.js"), "\n// saved\n");
      await until("it is back", async () => {
        const now = await view("worker");
        return pick(now, "state") === "ready" && pick(now, "pid") !== pick(before.agent, "pid");
      });
      t.equal((await publishing).length, 200);
      await untilAll(400);
      t.match(await view("worker"), { restarts: 0, lastExit: { cause: "watch" } });
      t.match(await view("worker-dapr"), { pid: pick(before.sidecar, "pid"), restarts: 0 });
    });

    for (const [crashes, follows] of [
      ["worker-dapr", "worker"],
      ["worker", "worker-dapr"],
    ] as const) {
      await t.test(`kill -9 of ${crashes}: the pair is back`, async (t) => {
        const count = new Set(handled()).size;
        const before = { crashes: await view(crashes), follows: await view(follows) };
        const publishing = publish(count, count + 100);
        await until("some are handled", () => handled().length > count + 10);
        process.kill(Number(pick(before.crashes, "pid")), "SIGKILL");
        await until("both are back", async () => {
          const [one, other] = [await view(crashes), await view(follows)];
          return (
            pick(one, "state") === "ready" &&
            pick(other, "state") === "ready" &&
            pick(one, "pid") !== pick(before.crashes, "pid") &&
            pick(other, "pid") !== pick(before.follows, "pid")
          );
        });
        t.equal((await publishing).length, 100);
        const since = performance.now();
        await untilAll(count + 100);
        t.ok(performance.now() - since < 15_000, "within seconds, not after the time-out of processing");
        t.match(await view(crashes), { restarts: 1, lastExit: { signal: "SIGKILL", cause: "crash" } });
        t.match(pick(await view(crashes), "reason"), new RegExp(`^restarted: SIGKILL .*logs ${crashes}`));
        t.match(await view(follows), { lastExit: { cause: "dependency" } });
        t.equal(pick(await view(follows), "reason"), `restarted with ${crashes}`);
      });
    }

    await t.test("kill -9 of the orchestrator leaves nothing behind, and the next run goes on", async (t) => {
      const count = new Set(handled()).size;
      await publish(count, count + 300);
      first.child.kill("SIGKILL");
      await first.closed;
      await until("the watchdog has cleaned up", () => project.survivors().length === 0, 2_000);
      await project.up().ready();
      await untilAll(count + 300);
      await until("all of it is in the journal", async () => (await openEvents(project)).length === 0);
      const events = await project.lines(["events", "--type", "numbers", "-n", "2000"]);
      t.equal(events.length, count + 300, "each event is there, once");
    });

    await t.test("the log of a daprd has its levels", async (t) => {
      const lines = await project.lines(["logs", "worker-dapr", "-n", "2000"]);
      t.ok(lines.some((line) => pick(line, "level") === "info" && /dapr/i.test(String(pick(line, "text")))));
      t.notOk(lines.some((line) => String(pick(line, "text")).startsWith("{")));
    });
  },
);

/** Events with a delivery that is not final. */
async function openEvents(project: Project): Promise<readonly unknown[]> {
  const events = await project.lines(["events", "--type", "numbers", "-n", "2000"]);
  return events.filter((event) => {
    const deliveries = pick(event, "deliveries");
    return (
      !Array.isArray(deliveries) ||
      deliveries.length !== 1 ||
      deliveries.some((delivery: unknown) => pick(delivery, "status") !== "success")
    );
  });
}
