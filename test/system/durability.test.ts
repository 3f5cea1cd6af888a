import { readdirSync, existsSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import t from "tap";
import type { Project } from "../helpers/system.ts";
import { pick, resourceOf, systemProject, until } from "../helpers/system.ts";

const TYPE = "agents.notification.send.requested";

t.test("events for a stopped agent wait, and are handled once each when it starts", async (t) => {
  const project = systemProject(t);
  await project.up(["--no-watch"]).ready();
  t.equal((await project.agents(["stop", "notification"])).code, 0);
  const port = await sidecarPort(project, "testplanning");
  await publishMany(port, 0, 200);
  t.equal(sent(project).length, 0, "nothing is handled while it is stopped");
  t.equal((await project.agents(["start", "notification"])).code, 0);
  await until("200 notifications are sent", () => sent(project).length === 200, 60_000);
  await until("all is settled", async () => (await open(project)).length === 0, 30_000);
  t.equal(sent(project).length, 200);
  t.equal((await completed(project)).size, 200, "one sent.completed for each");
});

t.test("kill -9 of the orchestrator in the middle of 500 events loses none and doubles none", async (t) => {
  const project = systemProject(t);
  const first = project.up(["--no-watch"]);
  await first.ready();
  await publishMany(await sidecarPort(project, "testplanning"), 0, 500);
  await until("some are handled", () => sent(project).length > 20, 30_000);
  first.child.kill("SIGKILL");
  await first.closed;
  await until("the watchdog has cleaned up", () => project.survivors().length === 0, 2_000);
  t.ok(sent(project).length < 500, "it was in the middle");
  await project.up(["--no-watch"]).ready();
  await until("500 notifications are sent", () => sent(project).length === 500, 60_000);
  await until("all is settled", async () => (await open(project)).length === 0, 30_000);
  t.equal(sent(project).length, 500);
  t.equal((await completed(project)).size, 500);
});

t.test("kill -9 of an agent in the middle of its work loses nothing and sends nothing twice", async (t) => {
  const project = systemProject(t);
  await project.up(["--no-watch"]).ready();
  await publishMany(await sidecarPort(project, "testplanning"), 0, 200);
  for (const mark of [20, 70, 120]) {
    await until(`${mark} are sent`, () => sent(project).length >= mark, 30_000);
    const pid = Number(pick(resourceOf(await project.json(["ps"]), "notification"), "pid"));
    process.kill(pid, "SIGKILL");
    await until("it is back", async () => {
      const view = resourceOf(await project.json(["ps"]), "notification");
      return pick(view, "state") === "ready" && pick(view, "pid") !== pid;
    });
  }
  const view = resourceOf(await project.json(["ps"]), "notification");
  t.match(view, { restarts: 3, lastExit: { signal: "SIGKILL", cause: "crash" } });
  t.match(pick(view, "reason"), /restarted: .*SIGKILL/);
  await until("200 notifications are sent", () => sent(project).length === 200, 60_000);
  await until("all is settled", async () => (await open(project)).length === 0, 30_000);
  t.equal(sent(project).length, 200);
  t.equal((await completed(project)).size, 200);
});

function sent(project: Project): readonly string[] {
  const dir = join(project.root, "sent");
  return existsSync(dir) ? readdirSync(dir).filter((name) => name.endsWith(".json")) : [];
}

/** Ids of the notifications that were told to be sent. */
async function completed(project: Project): Promise<Set<unknown>> {
  const events = await project.lines([
    "events",
    "--type",
    "agents.notification.sent.completed",
    "-n",
    "2000",
  ]);
  return new Set(events.map((event) => pick(event, "data", "payload", "notificationId")));
}

/** Events with a delivery that is not final. */
async function open(project: Project): Promise<unknown[]> {
  const events = await project.lines(["events", "-n", "5000"]);
  return events.filter((event) => {
    const deliveries = pick(event, "deliveries");
    return (
      Array.isArray(deliveries) &&
      deliveries.some((delivery: unknown) => pick(delivery, "status") !== "success")
    );
  });
}

async function sidecarPort(project: Project, agent: string): Promise<number> {
  return Number(pick(resourceOf(await project.json(["ps"]), `${agent}-dapr`), "port"));
}

/** Publishes through a sidecar, as an agent does; each answer is an acceptance. */
async function publishMany(port: number, from: number, to: number): Promise<void> {
  const numbers = Array.from({ length: to - from }, (_, index) => from + index);
  for (let at = 0; at < numbers.length; at += 20)
    await Promise.all(numbers.slice(at, at + 20).map((number) => publish(port, number)));
}

function publish(port: number, number: number): Promise<void> {
  const id = `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
  const time = new Date().toISOString();
  const event = {
    id,
    eventType: TYPE,
    subject: `test/${number}`,
    eventTime: time,
    dataVersion: "1.0",
    metadataVersion: "1",
    data: {
      correlationId: id,
      causationId: id,
      agentId: "test",
      payload: { recipient: "ada@example.org", message: `Message ${number}.`, channels: ["file"] },
    },
  };
  const body = JSON.stringify({
    specversion: "1.0",
    id,
    type: TYPE,
    source: "/agents/test",
    subject: event.subject,
    time,
    datacontenttype: "application/json",
    data: event,
  });
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: "127.0.0.1",
        port,
        method: "POST",
        path: `/v1.0/publish/agents-pubsub/${TYPE}`,
        headers: { "content-type": "application/cloudevents+json" },
      },
      (answer) => {
        answer.resume();
        answer.on("end", () =>
          answer.statusCode === 204 ? resolve() : reject(new Error(`publish: ${answer.statusCode}`)),
        );
      },
    );
    call.on("error", reject);
    call.end(body);
  });
}
