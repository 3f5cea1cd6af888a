import { appendFileSync, mkdirSync, mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "tap";
import type { Test } from "tap";
import { pick, Project, REPO, resourceOf, until, urlOf } from "../helpers/system.ts";

/** A user's project: two agents made with the kit, one counts events and says its version. */
function userProject(t: Test): Project {
  const root = mkdtempSync(join(tmpdir(), "agents-user-"));
  mkdirSync(join(root, "node_modules"));
  symlinkSync(REPO, join(root, "node_modules/agents-apphost"));
  const project = new Project(root);
  project.write({
    "agents.config.ts": `import { agent, defineConfig, pubsub, redis } from "agents-apphost";
const cache = redis();
export default defineConfig({
  name: "user",
  resources: { redis: cache },
  components: { "agents-pubsub": pubsub(cache) },
  agents: {
    counter: agent({ entry: "src/counter/main.ts", subscribes: ["agents.test.thing.happened"] }),
    other: agent({ entry: "src/other/main.ts" }),
  },
});
`,
    "events/agents.test.thing.happened.schema.json": JSON.stringify({
      type: "object",
      required: ["n"],
      properties: { n: { type: "integer" } },
    }),
    "src/counter/version.ts": `export const version: string = "one";\n`,
    "src/counter/main.ts": `import { appendFileSync } from "node:fs";
import { defineEvent, on, query, runAgent } from "agents-apphost/kit";
import { z } from "zod";
import { version } from "./version.ts";
const happened = defineEvent("agents.test.thing.happened", z.object({ n: z.number() }), { description: "test" });
await runAgent({
  name: "counter",
  description: "counts",
  publishes: [],
  compose: () => ({
    queries: [query({ name: "Version", path: "/version", input: z.object({}), output: z.object({ version: z.string() }), handler: async () => ({ version }) })],
    subscriptions: [on(happened, { handler: async (event) => appendFileSync("handled.txt", event.data.payload.n + "\\n") })],
  }),
});
`,
    "src/other/main.ts": `import { runAgent } from "agents-apphost/kit";
await runAgent({ name: "other", description: "is not touched", publishes: [], compose: () => ({}) });
`,
  });
  symlinkSync(join(REPO, "node_modules/zod"), join(root, "node_modules/zod"));
  t.teardown(() => project.close());
  return project;
}

test("saving one agent's file during 200 events restarts it alone and loses no event", async (t) => {
  const project = userProject(t);
  const up = project.up();
  await up.ready();
  const before = await project.json(["ps"]);
  const port = Number(pick(resourceOf(before, "other-dapr"), "port"));
  const published = publishAll(port, 200);
  project.write({ "src/counter/version.ts": `export const version: string = "two";\n` });
  await up.event(
    "it restarted for the save",
    (event) =>
      pick(event, "resource", "name") === "counter" &&
      pick(event, "resource", "state") === "ready" &&
      pick(event, "resource", "lastExit", "cause") === "watch",
  );
  await published;
  await until("the new code serves", async () => pick(await version(before), "version") === "two");
  await until("all are handled", async () => (await lines(project)).size === 200);
  const after = await project.json(["ps"]);
  t.equal(
    pick(resourceOf(after, "other"), "pid"),
    pick(resourceOf(before, "other"), "pid"),
    "the other was not touched",
  );
  t.equal(
    pick(resourceOf(after, "counter-dapr"), "startedAt"),
    pick(resourceOf(before, "counter-dapr"), "startedAt"),
    "its sidecar stayed",
  );
  t.equal(pick(resourceOf(after, "counter"), "restarts"), 0, "a save is no unplanned restart");
});

test("a broken file keeps the old system running and is shown with its line", async (t) => {
  const project = userProject(t);
  const up = project.up();
  await up.ready();
  const run = await project.json(["ps"]);
  project.write({ "src/counter/version.ts": `export const version: string = "two";\nexport const = 3;\n` });
  const notice = await up.event(
    "it is shown",
    (event) => event["type"] === "notice" && event["level"] === "error",
  );
  t.match(notice["text"], /src\/counter\/version\.ts:2:14/);
  t.match(await version(run), { version: "one" });
  project.write({ "src/counter/version.ts": `export const version: string = "three";\n` });
  await until("the mended file serves", async () => pick(await version(run), "version") === "three");
  await up.event(
    "it is said",
    (event) => event["type"] === "notice" && event["text"] === "counter builds again.",
  );
});

test("on a terminal what the run has to say of a save is said once, and logged once", async (t) => {
  const project = userProject(t);
  const up = project.agents(["up", "--ui", "plain"]);
  await until("it is ready", async () => {
    const ps = await project.agents(["ps", "--json"]);
    return ps.code === 0 && pick(JSON.parse(ps.stdout), "state") === "ready";
  });
  project.write({ "src/counter/version.ts": `export const = 3;\n` });
  let log = "";
  await until("it is logged", async () => {
    log = (await project.agents(["logs", "agents"])).stdout;
    return log.includes("Correct the file");
  });
  t.match(log, /error: counter: src\/counter\/version\.ts:1:14: .*"="\. What runs goes on\.\n/);
  t.notMatch(log, "counter: counter:");
  t.equal((await project.agents(["down"])).code, 0);
  t.equal((await up).stdout.match(/version\.ts:1:14/g)?.length, 1);
});

test("the last of a burst of saves wins, and --no-watch restarts nothing", async (t) => {
  const project = userProject(t);
  const up = project.up();
  await up.ready();
  const run = await project.json(["ps"]);
  for (let n = 0; n < 40; n += 1) {
    project.write({ "src/counter/version.ts": `export const version: string = "v${n}";\n` });
    await new Promise((resolve) => setImmediate(resolve));
  }
  await until("the last one serves", async () => pick(await version(run), "version") === "v39");
  await project.agents(["down"]);
  const second = project.up(["--no-watch"]);
  await second.ready();
  const again = await project.json(["ps"]);
  appendFileSync(join(project.root, "src/counter/version.ts"), "// saved\n");
  t.equal(
    (await project.agents(["restart", "other"])).code,
    0,
    "time has passed in which a watcher would have acted",
  );
  t.equal(
    pick(resourceOf(await project.json(["ps"]), "counter"), "pid"),
    pick(resourceOf(again, "counter"), "pid"),
  );
});

async function version(run: unknown): Promise<unknown> {
  return await fetch(`${urlOf(run, "counter")}/api/counter/version`).then(
    async (answer): Promise<unknown> => await answer.json(),
    () => null, // between two processes nobody answers
  );
}

async function lines(project: Project): Promise<Set<string>> {
  const { readFile } = await import("node:fs/promises");
  const text = await readFile(join(project.root, "handled.txt"), "utf8").catch(() => "");
  return new Set(text.split("\n").filter(Boolean));
}

async function publishAll(port: number, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const id = crypto.randomUUID();
    const data = {
      id,
      eventType: "agents.test.thing.happened",
      subject: "x",
      eventTime: new Date().toISOString(),
      dataVersion: "1.0",
      metadataVersion: "1",
      data: { correlationId: id, causationId: id, agentId: "test", payload: { n } },
    };
    const answer = await fetch(
      `http://127.0.0.1:${port}/v1.0/publish/agents-pubsub/agents.test.thing.happened`,
      { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(data) },
    );
    if (answer.status !== 204) throw new Error(`publish answered ${answer.status}`);
  }
}
