import { once } from "node:events";
import type { Socket } from "node:net";
import { connect as connectSocket, createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "tap";
import type { Test } from "tap";
import type { RunClient } from "../../../src/runtime/control/run-client.ts";
import { connect } from "../../../src/runtime/control/client.ts";
import { ControlClient } from "../../../src/runtime/control/control-client.ts";
import { processStart } from "../../../src/runtime/control/process-start.ts";
import type { RunFile } from "../../../src/runtime/control/run-control.ts";
import { removeRunFile, writeRunFile } from "../../../src/runtime/control/run-file.ts";
import type { ControlServer } from "../../../src/runtime/control/server.ts";
import { startControlServer } from "../../../src/runtime/control/server.ts";
import { event, resource, RUN, StandInControl } from "./stand-in-control.ts";

const TOKEN = "0123456789abcdef";

interface Setup {
  readonly root: string;
  readonly control: StandInControl;
  readonly server: ControlServer;
  readonly client: RunClient;
}

async function setup(t: Test): Promise<Setup> {
  const root = t.testdir();
  const control = new StandInControl(`${root}/.agents/logs`);
  const server = await startControlServer(control, TOKEN);
  t.teardown(async () => {
    await server.close();
    control.logs.close();
  });
  writeRunFile(root, runFile(server.url));
  return { root, control, server, client: connect(root) };
}

const runFile = (control: string): RunFile => ({
  version: 1,
  runId: "r1",
  project: "shop",
  pid: process.pid,
  processStart: processStart(process.pid) ?? "",
  startedAt: RUN.startedAt,
  control,
  token: TOKEN,
  configFile: "agents.config.ts",
});

/** Waits for something that an event elsewhere in this process brings about. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

const bytes = (text: string): Buffer => Buffer.from(text);

void test("Every route does what it says, through the client", async (t) => {
  const { control, client } = await setup(t);
  t.same(await client.run(), RUN);
  t.same(await client.act("restart", ["a", "ü b"]), [resource("a"), resource("ü b")]);
  t.equal(await client.failure("a"), null);
  t.match(await client.failure("broken"), { code: "AGENTS_PORT_TAKEN", message: "broken cannot listen." });
  const request = {
    pubsub: "p",
    topic: "t",
    body: '{"n":12345678901234567890}',
    contentType: "application/json",
    raw: true,
    traceparent: null,
    id: null,
    correlationId: null,
  };
  await client.publish(request);
  t.same(await client.down(), [resource("a")]);
  t.same(control.asked, [{ action: "restart", names: ["a", "ü b"] }, request, "down"]);
  control.record(event("e 1/ü"));
  control.record(event("e2"));
  t.match(await client.flow("e 1/ü"), { id: "e 1/ü", settled: false });
  t.match(await client.flow("e2", 0.01), { id: "e2", settled: false }, "not settled in time is an answer");
  const settling = client.flow("e2", 10);
  await until(() => control.journalListeners > 0);
  control.record(event("e2"));
  t.match(await settling, { settled: true });
  t.same(await client.replay("e2", null), ["all"]);
  t.same(await client.replay("e2", "a"), ["a"]);
  t.same(await client.retry("e2"), ["dead"]);
  const ids: string[] = [];
  for await (const { id } of client.events({ limit: 5 })) ids.push(id);
  t.same(ids, ["e 1/ü", "e2"]);
});

void test("Errors arrive as what they were", async (t) => {
  const { client } = await setup(t);
  await t.rejects(client.act("stop", ["ghost"]), {
    name: "AgentsError",
    code: "AGENTS_NAME_UNKNOWN",
    exitCode: 2,
    details: { hint: "Try host." },
  });
  await t.rejects(client.act("stop", ["broken"]), { code: "AGENTS_INTERNAL", message: "a bug" });
  await t.rejects(client.flow("nothing"), { code: "AGENTS_EVENT_UNKNOWN" });
  await t.rejects(client.logs({ resources: [], grep: "(" }).next(), { code: "AGENTS_USAGE" });
});

void test("Logs are read and followed with all the filters", async (t) => {
  const { control, client } = await setup(t);
  const writer = control.logs.writer("a b&c");
  for (let i = 0; i < 3000; i++) writer.write("stderr", bytes(`ERROR: ${i} 🙂\n`));
  control.logs.writer("other").write("stdout", bytes("quiet\n"));
  const read: string[] = [];
  for await (const { text } of client.logs({ resources: ["a b&c"], last: 2500, level: "warn", grep: "🙂" }))
    read.push(text);
  t.equal(read.length, 2500);
  t.equal(read.at(-1), "ERROR: 2999 🙂");
  const stop = new AbortController();
  const followed = client.logs({ resources: [], last: 1 }, { follow: true, signal: stop.signal });
  t.equal((await followed.next()).value?.text, "quiet");
  writer.write("stdout", bytes("later\n"));
  t.match((await followed.next()).value, { text: "later", resource: "a b&c", stream: "stdout" });
  stop.abort();
  t.equal((await followed.next()).done, true, "an abort ends it quietly");
});

void test("The feed is a snapshot, then every change; a reader that leaves is forgotten", async (t) => {
  const { control, client } = await setup(t);
  const feed = client.feed();
  t.same((await feed.next()).value, { type: "snapshot", run: RUN });
  control.tell({ type: "removed", at: RUN.startedAt, name: "x" });
  t.match((await feed.next()).value, { type: "removed", name: "x" });
  t.equal(control.listeners.size, 1);
  await feed.return();
  await until(() => control.listeners.size === 0);
  t.pass("the listener is gone");
});

void test("A feed that is read too slowly begins anew with a snapshot, and says so", async (t) => {
  const { control, client } = await setup(t);
  const feed = client.feed();
  await feed.next();
  const text = "x".repeat(1000);
  for (let i = 0; i < 50_000; i++) {
    control.tell({ type: "notice", at: RUN.startedAt, level: "info", resource: null, text });
  }
  control.tell({ type: "removed", at: RUN.startedAt, name: "last" });
  const types: string[] = [];
  for await (const message of feed) {
    types.push(message.type);
    if (message.type === "snapshot") break;
  }
  t.equal(types.at(-1), "snapshot");
  t.ok(types.length < 5000);
  const said = (await connectFeed(client)).type;
  t.equal(said, "snapshot", "others are not touched");
});

async function connectFeed(client: RunClient): Promise<{ readonly type: string }> {
  for await (const message of client.feed()) return message;
  return { type: "nothing" };
}

void test("Events are followed: again whenever their deliveries change", async (t) => {
  const { control, client } = await setup(t);
  control.record(event("e1"));
  const followed = client.events({}, { follow: true });
  t.match((await followed.next()).value, { id: "e1", deliveries: { length: 0 } });
  control.record(event("e2"));
  t.match((await followed.next()).value, { id: "e2" });
  const deliveries = [{ agent: "a", status: "success", attempts: 1, durationMs: 1, error: null }] as const;
  control.record(event("e1", { deliveries }));
  t.match((await followed.next()).value, { id: "e1", deliveries });
  await followed.return();
  await until(() => control.journalListeners === 0);
  t.pass("the listener is gone");
});

void test("A client that leaves ends what it waited for", async (t) => {
  const { control, client } = await setup(t);
  const stop = new AbortController();
  const waiting = client.act("stop", ["slow"], stop.signal);
  await until(() => control.asked.length === 1);
  stop.abort(new Error("enough"));
  await t.rejects(waiting, { message: "enough" });
  await until(() => control.asked.includes("aborted"));
  t.pass("the run was told");
});

void test("A follower that does not read holds nothing up and costs no memory", async (t) => {
  const { control, server, client } = await setup(t);
  const socket = connectSocket(Number(new URL(server.url).port), "127.0.0.1");
  socket.write(`GET /v1/logs?follow=1 HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${TOKEN}\r\n\r\n`);
  await once(socket, "readable");
  socket.pause();
  const writer = control.logs.writer("loud");
  const before = process.memoryUsage().rss;
  const line = bytes(`${"l".repeat(99)}\n`.repeat(10_000));
  let slowest = 0;
  for (let i = 0; i < 100; i++) {
    writer.write("stdout", line);
    const asked = performance.now();
    await client.run();
    slowest = Math.max(slowest, performance.now() - asked);
  }
  const grown = (process.memoryUsage().rss - before) / 1024 / 1024;
  t.ok(grown < 100, `100 MB of lines made the process grow by ${grown.toFixed(0)} MB`);
  t.ok(slowest < 5_000, `the slowest answer took ${slowest.toFixed(1)} ms`);
  socket.destroy();
});

void test("The server closes promptly: streams end as they should, the port is free", async (t) => {
  const { control, server, client } = await setup(t);
  const logs = client.logs({ resources: [] }, { follow: true });
  const feed = client.feed();
  await feed.next();
  const lastLog = logs.next();
  const lastChange = feed.next();
  const keptAlive = await fetch(`${server.url}/v1/run`, { headers: { authorization: `Bearer ${TOKEN}` } });
  await keptAlive.text();
  await until(() => control.listeners.size === 1);
  const started = performance.now();
  await Promise.all([server.close(), server.close()]);
  t.ok(performance.now() - started < 4_000, "before a kept connection would end by itself");
  t.equal((await lastLog).done, true);
  t.equal((await lastChange).done, true);
  t.equal(control.listeners.size, 0);
  await t.rejects(client.run(), {
    code: "AGENTS_CONTROL_FAILED",
    details: { hint: new RegExp(`kill -9 ${process.pid} `) },
  });
});

void test("A stream that breaks off is an error, not an end", async (t) => {
  const { control, client } = await setup(t);
  const writer = control.logs.writer("a");
  writer.write("stdout", bytes("one\n"));
  control.followLogs = async function* (query) {
    yield* control.readLogs(query);
    await delay(10); // the head is out by now
    throw new TypeError("a bug in the middle");
  };
  const logs = client.logs({ resources: [] }, { follow: true });
  t.equal((await logs.next()).value?.text, "one");
  await t.rejects(logs.next(), { code: "AGENTS_INTERNAL", message: "a bug in the middle" });
});

void test("With no run there is nothing to connect to", async (t) => {
  const { root } = await setup(t);
  removeRunFile(root, "r1");
  t.throws(() => connect(root), { code: "AGENTS_NOT_RUNNING", message: `Nothing is running in ${root}.` });
});

void test("A run that takes a question and never answers is given up, except where an answer may take long", async (t) => {
  const root = t.testdir();
  const silent = createServer().listen(0, "127.0.0.1");
  const sockets = new Set<Socket>();
  silent.on("connection", (socket) => void sockets.add(socket));
  await once(silent, "listening");
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
  const address = silent.address();
  const file = runFile(`http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`);
  const client = new ControlClient(root, file, 50);
  const stop = new AbortController();
  const down = client.down(stop.signal);
  const gaveUp = {
    code: "AGENTS_CONTROL_FAILED",
    message: /shop \(pid \d+\) does not answer: no answer within 0\.05 s/,
  };
  await t.rejects(client.run(), gaveUp);
  await t.rejects(client.logs({ resources: [] }).next(), gaveUp);
  stop.abort();
  await t.rejects(down, { name: "AbortError" }, "stopping may take as long as it takes");
});
