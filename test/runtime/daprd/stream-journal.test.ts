import { mkdirSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { DeliveryStatus } from "../../../src/runtime/journal/journal-view.ts";
import { openJournal } from "../../../src/runtime/journal/open-journal.ts";
import { eventsFile, openEventsForWriting } from "../../../src/runtime/journal/schema.ts";
import type { BusEvent } from "../../../src/runtime/resources/sidecar/embedded/bus/event.ts";
import { SubscriptionRegistry } from "../../../src/runtime/resources/sidecar/embedded/bus/subscription-registry.ts";
import { BusStore } from "../../../src/runtime/resources/sidecar/embedded/store/bus-store.ts";
import { DatabaseFiles } from "../../../src/runtime/resources/sidecar/embedded/store/database-files.ts";
import { GroupCommit } from "../../../src/runtime/resources/sidecar/embedded/store/group-commit.ts";
import { SubscriptionTable } from "../../../src/runtime/resources/sidecar/embedded/store/subscription-table.ts";
import { StreamJournal } from "../../../src/runtime/resources/sidecar/daprd/host/stream-journal.ts";
import type { Owner } from "./kit.ts";

interface OpenedJournal {
  readonly journal: StreamJournal;
  /** `agent status:attempts` of an event. */
  readonly deliveries: (id: string) => readonly string[];
  readonly listed: () => readonly string[];
  readonly publish: (id: string, entry?: string) => Promise<void>;
  readonly dead: (id: string, agent: string) => Promise<void>;
  readonly deliver: (agent: string, id: string, status: DeliveryStatus) => Promise<void>;
  /** As after a crash: the same file, and nothing else that is known. */
  readonly close: () => void;
}

const AT = Date.parse("2026-01-01T00:00:00Z");

function open(t: Owner, dir: string): OpenedJournal {
  const stateDir = join(dir, ".agents");
  mkdirSync(stateDir, { recursive: true });
  const { db } = openEventsForWriting(eventsFile(stateDir));
  const store = new BusStore(db);
  const commit = new GroupCommit(db, new DatabaseFiles(eventsFile(stateDir)));
  const subscriptions = new SubscriptionRegistry(new SubscriptionTable(db), store, commit);
  for (const agent of ["one", "other"]) subscriptions.declare(agent, "agents-pubsub", ["things"]);
  const journal = new StreamJournal({ db, store, commit, subscriptions });
  const reader = openJournal(stateDir);
  let closed = false;
  const close = (): void => {
    if (closed) return;
    closed = true;
    commit.flush();
    reader[Symbol.dispose]();
    db.close();
  };
  t.teardown(close);
  return {
    journal,
    deliveries: (id) =>
      reader
        .events({ id })
        .flatMap(({ event }) => event.deliveries)
        .map(({ agent, status, attempts }) => `${agent} ${status}:${attempts}`),
    listed: () => reader.events({}).map(({ event }) => event.id),
    publish: async (id, entry = `${AT}-1`) =>
      await journal.published([
        {
          stream: "things",
          id: entry,
          at: Number(entry.split("-")[0]),
          event: eventOf(id),
          deadLetter: null,
        },
      ]),
    dead: async (id, agent) => {
      const topic = `agents.deadletter.${agent}`;
      const entry = `${AT}-9`;
      const record = { stream: topic, id: entry, at: AT, event: eventOf(id), deadLetter: { topic, agent } };
      await journal.published([record]);
    },
    deliver: async (agent, id, status) => {
      const change = { status, attempts: 1, nextAt: null, durationMs: 1, error: null };
      journal.delivered({ agent, event: eventOf(id), deadLetterOf: null, change, at: AT });
      await commit.committed();
    },
    close,
  };
}

function eventOf(id: string): BusEvent {
  return {
    id,
    pubsub: "agents-pubsub",
    topic: "things",
    type: "things",
    source: null,
    subject: null,
    correlation: null,
    causation: null,
    body: Buffer.from(JSON.stringify({ specversion: "1.0", id, data: id })),
    contentType: "application/json",
    raw: false,
    metadata: null,
    traceparent: null,
    expiresAt: null,
    depth: 0,
  };
}

t.test("a publication gives each who listens a delivery, which its attempts bring to an end", async (t) => {
  const { publish, deliver, deliveries } = open(t, t.testdir());
  await publish("a");
  t.same(deliveries("a"), ["one pending:0", "other pending:0"]);
  await deliver("one", "a", "delivering");
  t.same(deliveries("a"), ["one delivering:0", "other pending:0"]);
  await deliver("one", "a", "retrying");
  await deliver("one", "a", "success");
  await deliver("other", "a", "dropped");
  t.same(deliveries("a"), ["one success:2", "other dropped:1"]);
});

t.test("a delivery that is told before its publication is the same one, also after a crash", async (t) => {
  const dir = t.testdir();
  const first = open(t, dir);
  await first.deliver("one", "a", "success");
  t.same(first.deliveries("a"), ["one success:1"]);
  await first.publish("a");
  t.same(first.deliveries("a"), ["one success:1", "other pending:0"]);
  await first.deliver("other", "b", "success");
  first.close();
  const second = open(t, dir);
  await second.publish("b", `${AT}-2`);
  t.same(second.deliveries("b").toSorted(), ["one pending:0", "other success:1"]);
  t.same(second.listed(), ["a", "b"], "each event once");
});

t.test(
  "what is published twice is one event with two deliveries each, and one that waits is seen",
  async (t) => {
    const { publish, deliver, deliveries, listed } = open(t, t.testdir());
    await publish("a");
    for (const agent of ["one", "other"]) await deliver(agent, "a", "success");
    await publish("a", `${AT}-2`);
    t.same(deliveries("a"), ["one pending:1", "other pending:1"]);
    for (const agent of ["one", "other"]) await deliver(agent, "a", "success");
    t.same(deliveries("a"), ["one success:2", "other success:2"]);
    t.same(listed(), ["a"]);
  },
);

t.test(
  "a second delivery by itself (its acknowledgement was lost) takes nothing from a later publication",
  async (t) => {
    const { publish, deliver, deliveries } = open(t, t.testdir());
    await publish("a");
    await deliver("one", "a", "success");
    await deliver("one", "a", "success");
    t.same(deliveries("a")[0], "one success:2");
    await publish("a", `${AT + 60_000}-0`);
    t.same(deliveries("a")[0], "one pending:2", "it is still to be made");
  },
);

t.test("a copy on the dead-letter topic of an agent says that its delivery is dead", async (t) => {
  const { publish, deliver, dead, deliveries, listed } = open(t, t.testdir());
  await publish("a");
  await deliver("one", "a", "retrying");
  await deliver("other", "a", "success");
  await dead("a", "one");
  t.same(deliveries("a"), ["one dead:1", "other success:1"]);
  t.same(listed(), ["a"], "nobody listens to the copy");
});

t.test("how far the streams were read is kept with what was read", async (t) => {
  const dir = t.testdir();
  const first = open(t, dir);
  await first.publish("a", `${AT}-5`);
  first.close();
  t.same(open(t, dir).journal.positions(), { things: `${AT}-5` });
});

t.test("what is recorded late is listed where it belongs in time", async (t) => {
  const { publish, listed } = open(t, t.testdir());
  await publish("second", `${AT + 20}-0`);
  await publish("first", `${AT + 10}-0`);
  await publish("third", `${AT + 30}-0`);
  t.same(listed(), ["first", "second", "third"]);
});
