import { join } from "node:path";
import t from "tap";
import { send, startAgent } from "./helpers/agent-process.ts";
import { ScriptedSidecar } from "./helpers/scripted-sidecar.ts";
import { trusted } from "../../../src/agents/kit/process/trusted.ts";

void t.test("replicas with one database publish each event once between them", async (t) => {
  const sidecar = await ScriptedSidecar.start(t);
  const env = { ...sidecar.env, SQLSERVER_URL: `sqlite:${join(t.testdir(), "agents.db")}` };
  const replicas = await Promise.all([startAgent(t, "greeter", env), startAgent(t, "greeter", env)]);
  await Promise.all(replicas.map(({ url }) => send(`${url}/healthz/ready`)));
  const asked = Array.from({ length: 60 }, async (_, index) => {
    const { body } = await send(`${replicas[index % 2]!.url}/api/greeter/execute`, { who: `guest${index}` });
    return trusted<{ id: string }[]>(body["events"]).map(({ id }) => id);
  });
  const emitted = (await Promise.all(asked)).flat();
  await sidecar.publishedCount(60);
  t.same(sidecar.published.map(({ id }) => id).toSorted(), emitted.toSorted());
});

void t.test("what a replica leaves behind for good is published by another one", async (t) => {
  const [deaf, sidecar] = [await ScriptedSidecar.start(t), await ScriptedSidecar.start(t)];
  const SQLSERVER_URL = `sqlite:${join(t.testdir(), "agents.db")}`;
  const [doomed, other] = await Promise.all(
    [deaf, sidecar].map(async ({ env }) => await startAgent(t, "greeter", { ...env, SQLSERVER_URL })),
  );
  deaf.refusing = true;
  const greet = async (agent = other, who = "Ada") =>
    trusted<{ id: string }[]>((await send(`${agent!.url}/api/greeter/execute`, { who })).body["events"])[0]!
      .id;
  const left = await greet(doomed, "Eve");
  doomed!.child.kill("SIGKILL");
  const own = await greet();
  t.same(
    sidecar.published.map(({ id }) => id),
    [own],
    "it might be another one's that is at it",
  );
  await sidecar.publishedCount(2);
  t.same(
    sidecar.published.map(({ id }) => id),
    [own, left],
  );
  t.match((await send(`${other!.url}/api/greeter/health`)).body, { outbox: { pending: 0, failed: 0 } });
});
