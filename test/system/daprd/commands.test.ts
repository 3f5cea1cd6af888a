import { readFileSync } from "node:fs";
import t from "tap";
import { pick, resourceOf, until } from "../../helpers/system.ts";
import { SKIP } from "../../runtime/daprd/kit.ts";
import { daprdFixtures, numbers } from "./kit.ts";

t.test("events, publish, replay, retry and dead work the same on daprd", { skip: SKIP }, async (t) => {
  const { agents, handled } = numbers(() => project);
  const second = { ...agents["worker"], env: { HANDLED: "second.txt" } };
  const { project } = await daprdFixtures(t, { ...agents, second });
  await project.up(["--no-watch"]).ready();
  const publish = async (payload: unknown, ...more: string[]): Promise<unknown> =>
    await project.json(["publish", "numbers", "--force", "--data", JSON.stringify(payload), ...more]);
  const deliveries = async (id: string): Promise<Record<string, string>> => {
    const event = await project.json(["events", "show", id]);
    const all = pick(event, "deliveries");
    return Object.fromEntries(
      (Array.isArray(all) ? all : []).map((one: unknown) => [
        String(pick(one, "agent")),
        `${String(pick(one, "status"))}:${String(pick(one, "attempts"))}`,
      ]),
    );
  };

  await t.test("publish --wait settles with a delivery for each who listens", async (t) => {
    const flow = await publish({ n: 1 }, "--wait");
    t.match(flow, { settled: true, eventType: "numbers" });
    t.same(await deliveries(String(pick(flow, "id"))), { worker: "success:1", second: "success:1" });
  });

  await t.test("replay --to reaches one agent, replay all of them", async (t) => {
    const id = String(pick(await publish({ n: 2 }, "--wait"), "id"));
    t.equal((await project.agents(["events", "replay", id, "--to", "worker"])).code, 0);
    await until("the worker has it again", async () => (await deliveries(id))["worker"] === "success:2");
    t.equal((await deliveries(id))["second"], "success:1");
    t.equal((await project.agents(["events", "replay", id])).code, 0);
    await until("all have it again", async () => {
      const now = await deliveries(id);
      return now["worker"] === "success:3" && now["second"] === "success:2";
    });
    t.equal((await project.agents(["events", "replay", id, "--to", "feeder"])).code, 2);
  });

  await t.test("publish works with every agent stopped, and waits for them", async (t) => {
    const names = ["worker", "second", "feeder"];
    t.equal((await project.agents(["stop", ...names])).code, 0);
    const id = String(pick(await publish({ n: 3 }), "id"));
    t.same(await deliveries(id), { worker: "pending:0", second: "pending:0" });
    t.equal((await project.agents(["start", ...names])).code, 0);
    await until(
      "both have it",
      async () => Object.values(await deliveries(id)).join() === "success:1,success:1",
    );
    t.ok(handled().length > 0);
  });

  await t.test("what fails for good is dead, is listed as that, and can be put back in line", async (t) => {
    const id = "dead-one";
    const event = {
      specversion: "1.0",
      id,
      source: "/agents/test",
      type: "numbers",
      data: { n: 4, fails: true },
    };
    t.equal((await project.agents(["publish", "numbers", "--raw", "--data", JSON.stringify(event)])).code, 0);
    await until(
      "both have given it up",
      async () => Object.values(await deliveries(id)).join() === "dead:6,dead:6",
      60_000,
    );
    const dead = await project.lines(["events", "dead"]);
    t.same(
      dead.map((one) => pick(one, "id")),
      [id],
    );
    t.equal((await project.agents(["events", "retry", id])).code, 0);
    await until("it is tried again", async () =>
      /^(?:retrying|dead):[1-6]$/.test((await deliveries(id))["worker"] ?? ""),
    );
    t.equal((await project.agents(["events", "retry", "no-such-event"])).code, 2);
  });

  await t.test("ps says what serves, and the agent is told both of its ports", async (t) => {
    const run = await project.json(["ps"]);
    const sidecar = resourceOf(run, "worker-dapr");
    t.match(sidecar, { implementation: "daprd", image: null, agent: "worker" });
    const env = environmentOf(Number(pick(resourceOf(run, "worker"), "pid")));
    t.equal(env.get("DAPR_HTTP_PORT"), String(pick(sidecar, "port")));
    const grpc = commandOf(Number(pick(sidecar, "pid")));
    t.equal(env.get("DAPR_GRPC_PORT"), grpc[grpc.indexOf("--dapr-grpc-port") + 1]);
  });
});

function environmentOf(pid: number): ReadonlyMap<string, string> {
  const lines = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  return new Map(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}

function commandOf(pid: number): readonly string[] {
  return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
}
