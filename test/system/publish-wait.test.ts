import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Test } from "tap";
import t from "tap";
import type { Project, Ran } from "../helpers/system.ts";
import { fixture, fixtureConfig, fixtureProject, pick, until } from "../helpers/system.ts";

const TOPIC = "things.happened";

t.test("an agent that cannot tell what it has still to send keeps `publish --wait` waiting", async (t) => {
  const { project, tells } = await upWithOutbox(t, '{"pending":null,"failed":0}');
  const unknown = await publish(project, "1");
  t.equal(unknown.code, 4, unknown.stderr);
  t.match(JSON.parse(unknown.stdout), {
    settled: false,
    deliveries: [{ agent: "one", status: "success" }],
    unknownOutboxes: [{ agent: "one", reason: /it does not know yet/ }],
  });
  t.match(
    pick(JSON.parse(unknown.stderr), "error", "found"),
    /one cannot tell whether it has events to send/,
  );

  tells('{"pending":2,"failed":0}');
  const full = await publish(project, "1");
  t.equal(full.code, 4);
  t.match(pick(JSON.parse(full.stderr), "error", "found"), /an agent still has events to send/);

  tells("silent");
  const silent = await publish(project, "1");
  t.equal(silent.code, 4);
  t.match(JSON.parse(silent.stdout), { settled: false, unknownOutboxes: [{ agent: "one" }] });

  tells('{"pending":null,"failed":0}');
  const later = publish(project, "30");
  tells('{"pending":0,"failed":0}');
  const settled = await later;
  t.equal(settled.code, 0, settled.stderr);
  const flow: unknown = JSON.parse(settled.stdout);
  t.match(flow, { settled: true });
  t.notOk(Object.hasOwn(Object(flow), "unknownOutboxes"));
});

t.test("`publish --wait` waits for what an agent has left for later in that flow, and says so", async (t) => {
  const flow = crypto.randomUUID();
  const { project, tells } = await upWithOutbox(
    t,
    '{"pending":0};{"pending":2,"dueAt":"2026-11-26T12:00:00.000Z"}',
    { FLOW: flow },
  );
  t.equal((await publish(project, "30", crypto.randomUUID())).code, 0, "another flow does not wait for it");
  const waiting = await publish(project, "1", flow);
  t.equal(waiting.code, 4, waiting.stderr);
  t.match(JSON.parse(waiting.stdout), {
    settled: false,
    deliveries: [{ agent: "one", status: "success" }],
    laterWork: [{ agent: "one", pending: 2, dueAt: "2026-11-26T12:00:00.000Z" }],
  });
  t.match(
    pick(JSON.parse(waiting.stderr), "error", "found"),
    /one has left 2 things for later, due at 2026-11-26T12:00:00\.000Z/,
  );

  tells('{"pending":0};{"pending":null,"dueAt":null}');
  const unknown = await publish(project, "1", flow);
  t.equal(unknown.code, 4, "one that cannot tell is no reason to say that all is done");
  t.match(JSON.parse(unknown.stdout), { unknownOutboxes: [{ agent: "one", reason: /left for later/ }] });

  const later = publish(project, "30", flow);
  tells('{"pending":0};{"pending":0,"dueAt":null}');
  const settled = await later;
  t.equal(settled.code, 0, settled.stderr);
  t.notOk(Object.hasOwn(Object(JSON.parse(settled.stdout)), "laterWork"));
});

t.test("`publish --wait` shows what was dropped, and does not fail of it", async (t) => {
  const { project } = await upWithOutbox(t, "null", { STATUS: "404" });
  const event = { specversion: "1.0", id: "dropped", source: "test", type: TOPIC, data: {} };
  const args = ["publish", TOPIC, "--raw", "--data", "-", "--wait"];
  const { code, stdout, stderr } = await project.agents(args, JSON.stringify(event));
  t.equal(code, 0, stderr);
  t.match(stdout, /one {2}dropped: the app answered 404/);
  t.match(stdout, /settled in .* 0 dead · 1 dropped/);
});

t.test(
  "an agent that failed on an event and was stopped with a full outbox keeps `--wait` waiting",
  async (t) => {
    const { project } = await upWithOutbox(t, '{"pending":2,"failed":0}', { STATUS: "404" });
    const waiting = publish(project, "6");
    await until("it is over", async () =>
      JSON.stringify(await project.lines(["events"])).includes("dropped"),
    );
    t.equal((await project.agents(["stop", "one"])).code, 0);
    const { code, stdout, stderr } = await waiting;
    t.equal(code, 4, stderr);
    t.match(JSON.parse(stdout), {
      settled: false,
      deliveries: [{ agent: "one", status: "dropped", attempts: 1 }],
      unknownOutboxes: [{ agent: "one", reason: /it is / }],
    });
  },
);

t.test(
  "an agent not made with the kit that answers 500 to what it does not know holds nothing up",
  async (t) => {
    const { project, tells } = await upWithOutbox(t, "failing");
    const settled = await publish(project, "5");
    t.equal(settled.code, 0, settled.stderr);
    t.match(JSON.parse(settled.stdout), { settled: true });

    tells('{"pending":0,"failed":0}');
    t.equal((await publish(project, "30")).code, 0);
    tells("failing");
    const unknown = await publish(project, "1");
    t.equal(unknown.code, 4, "it has told of an outbox before");
    t.match(JSON.parse(unknown.stdout), { unknownOutboxes: [{ agent: "one", reason: /answered 500/ }] });
  },
);

t.test("an agent that is not made with the kit has no outbox to wait for", async (t) => {
  const { project } = await upWithOutbox(t, "null");
  const settled = await publish(project, "30");
  t.equal(settled.code, 0, settled.stderr);
  t.match(JSON.parse(settled.stdout), { settled: true });
});

async function upWithOutbox(
  t: Test,
  first: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly project: Project; readonly tells: (outbox: string) => void }> {
  const file = join(t.testdir(), "outbox.json");
  const tells = (outbox: string): void => writeFileSync(file, outbox);
  tells(first);
  const agents = {
    one: { command: fixture("tells-its-outbox.js"), subscribes: [TOPIC], env: { ...env, OUTBOX: file } },
  };
  const project = fixtureProject(t, agents);
  const components = { "agents-pubsub": { kind: "pubsub" } };
  project.write({
    "agents.config.json": JSON.stringify(Object.assign({}, fixtureConfig(agents), { components })),
  });
  await project.up(["--no-watch"]).ready();
  return { project, tells };
}

async function publish(project: Project, seconds: string, flow?: string): Promise<Ran> {
  const of = flow === undefined ? {} : { correlationid: flow };
  const event = { specversion: "1.0", id: crypto.randomUUID(), source: "test", type: TOPIC, ...of, data: {} };
  return await project.agents(
    ["publish", TOPIC, "--raw", "--data", "-", "--wait", seconds, "--json"],
    JSON.stringify(event),
  );
}

t.test("a run that dies while `publish --wait` waits: the event was accepted, which is said", async (t) => {
  const { project } = await upWithOutbox(t, '{"pending":null,"failed":0}');
  const waiting = publish(project, "30");
  await until("it is handled", async () => {
    const { stdout } = await project.agents(["events", "--json"]);
    return stdout.includes('"success"');
  });
  process.kill(Number(pick(await project.json(["ps"]), "pid")), "SIGKILL");
  const { code, stdout, stderr } = await waiting;
  t.equal(code, 4);
  t.match(JSON.parse(stdout), {
    id: /^[0-9a-f-]{36}$/,
    settled: false,
    deliveries: { length: 0 },
    caused: { length: 0 },
  });
  t.match(pick(JSON.parse(stderr), "error"), { code: "AGENTS_NOT_SETTLED", hint: /do not send it again/ });
});
