import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import type { Test } from "tap";
import type { Up } from "../helpers/system.ts";
import { fixture, pick, Project, resourceOf, until } from "../helpers/system.ts";

type Agents = Readonly<Record<string, Record<string, unknown>>>;

const LISTENS = { command: fixture("listens.js"), health: "tcp" } as const;

t.test("events for a stopped agent are kept from the save on that subscribes it", async (t) => {
  const project = projectOf(t, { a: LISTENS, left: LISTENS, b: LISTENS });
  const up = project.up(["a", "b"]);
  await up.ready();
  t.equal((await project.agents(["stop", "b"])).code, 0);
  const topic = "agents.test.thing.happened";
  saveConfig(project, {
    a: LISTENS,
    left: { ...LISTENS, subscribes: [topic] },
    b: { ...LISTENS, subscribes: [topic] },
  });
  await noticed(up, /changed: left, b/);
  const run = await project.json(["ps"]);
  t.equal(pick(resourceOf(run, "b"), "state"), "stopped");
  t.equal(pick(resourceOf(run, "left"), "state"), "stopped");
  const answer = await fetch(
    `http://127.0.0.1:${portOf(run, "a-dapr")}/v1.0/publish/agents-pubsub/${topic}`,
    { method: "POST", headers: { "content-type": "application/json" }, body: "{}" },
  );
  t.equal(answer.status, 204);
  const events = JSON.stringify(await project.lines(["events"]));
  t.match(events, /"agent":"b"/);
  t.match(events, /"agent":"left"/);
});

t.test("a save with a new resource changes nothing, and the next save is applied", async (t) => {
  const project = projectOf(t, { a: LISTENS, b: LISTENS });
  const up = project.up();
  await up.ready();
  const before = await project.json(["ps"]);
  const db = { db: { kind: "sqlserver", databases: ["db"] } };
  saveConfig(project, { a: { ...LISTENS, uses: ["db"] } }, db);
  t.match(pick(await problem(up), "text"), /a needs db.*next agents up/);
  t.equal(pick(resourceOf(await project.json(["ps"]), "b"), "pid"), pick(resourceOf(before, "b"), "pid"));
  saveConfig(project, { a: LISTENS });
  await noticed(up, /gone: b$/);
  const after = await project.json(["ps"]);
  t.equal(resourceOf(after, "b"), undefined, "it is gone");
  t.equal(pick(resourceOf(after, "a"), "pid"), pick(resourceOf(before, "a"), "pid"), "it was not touched");
});

t.test("an agent can be renamed, and two can swap their ports, while they run", async (t) => {
  const first = projectOf(t, { a: LISTENS, b: LISTENS });
  const chosen = await portsOnce(first, ["a", "b", "a-dapr"]);
  const [one, two, sidecar] = chosen;
  saveConfig(first, { a: { ...LISTENS, port: one, sidecarPort: sidecar }, b: { ...LISTENS, port: two } });
  const up = first.up();
  await up.ready();
  saveConfig(first, { c: { ...LISTENS, port: one, sidecarPort: sidecar }, b: { ...LISTENS, port: two } });
  await noticed(up, /new: c .* gone: a$/);
  await readyOn(first, "c", one);
  t.equal(portOf(await first.json(["ps"]), "c-dapr"), sidecar);
  saveConfig(first, { c: { ...LISTENS, port: two, sidecarPort: sidecar }, b: { ...LISTENS, port: one } });
  await noticed(up, /changed: c, b$/);
  await readyOn(first, "c", two);
  await readyOn(first, "b", one);
});

t.test("a save that changes an agent's port alone leaves its sidecar's port as it is", async (t) => {
  const project = projectOf(t, { a: LISTENS, b: LISTENS });
  const [one, two] = await portsOnce(project, ["a", "a-dapr", "b-dapr"]);
  const up = project.up();
  await up.ready();
  const before = await project.json(["ps"]);
  saveConfig(project, { a: { ...LISTENS, port: one }, b: { ...LISTENS, sidecarPort: two } });
  await noticed(up, /changed: a, b$/);
  await readyOn(project, "a", one);
  await readyOn(project, "b", portOf(before, "b"));
  const after = await project.json(["ps"]);
  t.equal(portOf(after, "a-dapr"), portOf(before, "a-dapr"));
  t.equal(portOf(after, "b-dapr"), two, "a new preference is followed");
});

t.test("agents that are not started keep the sidecar ports that they prefer", async (t) => {
  const project = projectOf(t, { a: LISTENS, b: LISTENS });
  const [sidecar] = await portsOnce(project, ["b-dapr"]);
  saveConfig(project, { a: LISTENS, b: { ...LISTENS, sidecarPort: sidecar } });
  await project.up(["a"]).ready();
  t.equal((await project.agents(["start", "b"])).code, 0);
  t.equal(portOf(await project.json(["ps"]), "b-dapr"), sidecar);
});

t.test("a save is applied while another agent hangs at its start", async (t) => {
  const project = projectOf(t, { hangs: { command: fixture("never-listens.js"), health: "tcp" } });
  const up = project.up();
  await up.event("it runs", (event) => pick(event, "resource", "state") === "starting");
  saveConfig(project, { hangs: LISTENS });
  await up.ready();
  t.equal(pick(resourceOf(await project.json(["ps"]), "hangs"), "lastExit", "cause"), "config");
});

t.test("an agent that is started later is watched by all its files", async (t) => {
  const project = projectOf(t, { a: LISTENS, b: { entry: "src/main.ts", health: "tcp" } });
  writeProgram(project, "one");
  const up = project.up(["a"]);
  await up.ready();
  t.equal((await project.agents(["start", "b"])).code, 0);
  project.write({ "lib/word.ts": `export const word: string = "two";\n` });
  await until("the new code runs", () => said(project).includes("two"));
  t.same(said(project), ["one", "two"]);
});

t.test("with --no-watch, an agent that was stopped starts with what was saved meanwhile", async (t) => {
  const project = projectOf(t, { a: LISTENS, b: { entry: "src/main.ts", health: "tcp" } });
  writeProgram(project, "one");
  const up = project.up(["--no-watch"]);
  await up.ready();
  t.equal((await project.agents(["stop", "b"])).code, 0);
  project.write({ "lib/word.ts": `export const word: string = "two";\n` });
  t.equal((await project.agents(["start", "b-dapr"])).code, 0, "its sidecar's name means it too");
  t.same(said(project), ["one", "two"]);
});

t.test("what a detached run has to say about a save is in its log", async (t) => {
  const project = projectOf(t, { a: LISTENS, b: { entry: "src/main.ts", health: "tcp" } });
  writeProgram(project, "one");
  t.equal((await project.agents(["up", "-d"])).code, 0);
  project.write({ "lib/word.ts": `export const = 3;\n` });
  await until("it is logged", async () => (await ownLog(project)).includes("lib/word.ts:1:14"));
  t.match(await project.lines(["logs", "--level", "error"]), [{ resource: "agents", level: "error" }]);
});

t.test("a run whose end cannot be announced gives everything back and ends", async (t) => {
  const project = projectOf(t, { a: LISTENS });
  const up = project.up();
  await up.ready();
  const file = join(project.root, ".agents/run.json");
  rmSync(file);
  mkdirSync(file);
  up.child.kill("SIGTERM");
  t.not(await up.closed, 0, "the failure is told");
  t.same(project.survivors(), []);
  t.match(up.stderr, /run\.json/);
  rmSync(file, { recursive: true });
});

function projectOf(t: Test, agents: Agents): Project {
  const project = new Project(mkdtempSync(join(tmpdir(), "agents-config-")));
  saveConfig(project, agents);
  t.teardown(() => project.close());
  return project;
}

function saveConfig(project: Project, agents: Agents, resources: Record<string, unknown> = {}): void {
  const config = {
    name: "config-changes",
    resources: { redis: { kind: "redis" }, ...resources },
    components: { "agents-pubsub": { kind: "pubsub", resource: "redis" } },
    agents,
  };
  project.write({ "agents.config.json": JSON.stringify(config) });
}

/** An agent that writes down what it was made of each time it starts. */
function writeProgram(project: Project, word: string): void {
  project.write({
    "src/main.ts": `import { appendFileSync } from "node:fs";
import { createServer } from "node:http";
import { word } from "../lib/word.ts";
createServer().listen(Number(process.env["PORT"]), "127.0.0.1", () => appendFileSync(${JSON.stringify(join(project.root, "said.txt"))}, word + "\\n"));
`,
    "lib/word.ts": `export const word: string = ${JSON.stringify(word)};\n`,
    "said.txt": "",
  });
}

function said(project: Project): readonly string[] {
  return readFileSync(join(project.root, "said.txt"), "utf8").split("\n").filter(Boolean);
}

async function ownLog(project: Project): Promise<string> {
  return (await project.lines(["logs"]))
    .filter((line) => pick(line, "resource") === "agents")
    .map((line) => String(pick(line, "text")))
    .join("\n");
}

/** Ports that were free a moment ago: those of a run that is over. */
async function portsOnce(project: Project, names: readonly string[]): Promise<readonly number[]> {
  const up = project.up(["--no-watch", "--isolated"]);
  await up.ready();
  const run = await project.json(["ps"]);
  await project.agents(["down"]);
  await up.closed;
  return names.map((name) => portOf(run, name));
}

function portOf(run: unknown, name: string): number {
  return Number(pick(resourceOf(run, name), "port"));
}

async function readyOn(project: Project, name: string, port: number | undefined): Promise<void> {
  await until(`${name} is ready on ${port}`, async () => {
    const view = resourceOf(await project.json(["ps"]), name);
    return pick(view, "state") === "ready" && pick(view, "port") === port;
  });
}

async function noticed(up: Up, text: RegExp): Promise<void> {
  await up.event(String(text), (event) => event["type"] === "notice" && text.test(String(event["text"])));
}

async function problem(up: Up): Promise<unknown> {
  return await up.event("an error", (event) => event["type"] === "notice" && event["level"] === "error");
}
