import { DatabaseSync } from "node:sqlite";
import { setImmediate as nextTurn } from "node:timers/promises";
import t, { type Test } from "tap";
import { eventsFile, openEventsForWriting } from "../../../src/runtime/journal/schema.ts";
import { AppClient } from "../../../src/runtime/resources/sidecar/embedded/bus/app-client.ts";
import { Bus } from "../../../src/runtime/resources/sidecar/embedded/bus/bus.ts";
import type { BusEvent } from "../../../src/runtime/resources/sidecar/embedded/bus/event.ts";
import { parseSubscriptions } from "../../../src/runtime/resources/sidecar/embedded/bus/parse-subscriptions.ts";
import { NO_RETRIES } from "../../../src/runtime/resources/sidecar/embedded/resiliency/retry-rule.ts";
import { DatabaseFiles } from "../../../src/runtime/resources/sidecar/embedded/store/database-files.ts";
import { numbersOf, startApp, subscription } from "./kit.ts";

/** A bus on a file of its own, and what another program sees of its events. */
function open(t: Test): { readonly bus: Bus; readonly files: DatabaseFiles; readonly seen: () => string[] } {
  const file = eventsFile(t.testdir());
  const { db } = openEventsForWriting(file);
  const files = new DatabaseFiles(file);
  const bus = new Bus(db, {
    files,
    appToken: undefined,
    pubsubOf: () => ({ handsOut: false, deadLetter: () => {} }),
    onCommit: () => {},
    log: () => {},
  });
  const reader = new DatabaseSync(file, { readOnly: true });
  t.teardown(() => {
    bus.commit.flush();
    bus.commit.close();
    reader.close();
    db.close();
  });
  const seen = (): string[] =>
    reader
      .prepare("SELECT id FROM events ORDER BY seq")
      .all()
      .map(({ id }) => String(id));
  return { bus, files, seen };
}

function event(n: number): BusEvent {
  return {
    id: String(n),
    pubsub: "agents-pubsub",
    topic: "x",
    type: "x",
    source: null,
    subject: null,
    correlation: null,
    causation: null,
    body: Buffer.from(JSON.stringify({ data: { n } })),
    contentType: "application/json",
    raw: false,
    metadata: null,
    traceparent: null,
    expiresAt: null,
    depth: 0,
  };
}

t.test("what comes while one group is put on disk is the next group, told later", async (t) => {
  const { bus, seen } = open(t);
  const told: string[] = [];
  const accept = (n: number): void => {
    bus.accept(event(n));
    bus.commit.afterCommit((error) => {
      if (error !== null) throw error;
      told.push(`${n}: ${seen().join()}`);
    });
  };
  accept(1);
  t.same(seen(), [], "nothing is committed within the turn");
  await nextTurn();
  accept(2);
  accept(3);
  t.same(seen(), ["1"], "the first is committed");
  t.same(told, [], "and nobody is told before it is on disk");
  await bus.commit.committed();
  t.same(told, ["1: 1", "2: 1,2,3", "3: 1,2,3"]);
  t.notOk(bus.commit.open);
});

t.test(
  "an end waits for nobody: what is being put on disk and what came meanwhile is told at once",
  async (t) => {
    const { bus, seen } = open(t);
    const told: (Error | null)[] = [];
    bus.accept(event(1));
    bus.commit.afterCommit((error) => told.push(error));
    await nextTurn();
    bus.accept(event(2));
    bus.commit.afterCommit((error) => told.push(error));
    bus.commit.flush();
    t.same(told, [null, null]);
    t.same(seen(), ["1", "2"]);
  },
);

t.test("a lane that opens between two groups delivers both, in order", async (t) => {
  const { bus } = open(t);
  const both = Promise.withResolvers<void>();
  const app = await startApp(t, {
    reply: (_received, { received }) => {
      if (received.length === 2) both.resolve();
      return 200;
    },
  });
  const parsed = parseSubscriptions(JSON.stringify([subscription("x")]));
  t.ok(parsed.ok);
  if (!parsed.ok) return;
  const address = { port: app.port, host: "127.0.0.1" };
  const lane = bus.addLane({
    agent: "a",
    address,
    client: new AppClient(address, 1),
    concurrency: 1,
    policyFor: () => ({ retry: NO_RETRIES, timeoutMs: 5_000, breaker: null, waits: true, keeps: true }),
  });
  t.teardown(async () => await lane.close(0));
  bus.subscriptions.see("a", parsed.subscriptions);
  await bus.commit.committed();

  bus.accept(event(1));
  bus.commit.afterCommit(() => lane.open());
  await nextTurn();
  bus.accept(event(2));
  await both.promise;
  t.same(numbersOf(app), [1, 2]);
});

t.test("what cannot be put on disk is not accepted, nor is anything after it", async (t) => {
  const { bus, files } = open(t);
  const lost: string[] = [];
  files.onLost = (reason) => lost.push(reason);
  files.lose("what was written cannot be put on disk: EIO");
  t.throws(() => bus.accept(event(1)), { code: "AGENTS_STATE_BROKEN" });
  await t.rejects(bus.commit.committed(), { message: /put on disk/u });
  t.same(lost, ["what was written cannot be put on disk: EIO"]);
});
