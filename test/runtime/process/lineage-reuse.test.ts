import t from "tap";
import { Lineage } from "../../../src/runtime/resources/process/lineage.ts";
import type { ProcessRow } from "../../../src/runtime/resources/process/process-table.ts";

/* Numbers of processes are used again: that a kernel does so just now cannot be had, so the machine is one made up here. */

const LEADER = 100;

function machine(...rows: readonly (readonly [pid: number, ppid: number])[]) {
  const processes = new Map<number, ProcessRow>();
  let started = 0;
  const made = {
    reads: 0,
    start(pid: number, ppid: number): void {
      processes.set(pid, { pid, ppid, pgid: pid, zombie: false, start: String((started += 1)) });
    },
    end: (pid: number) => processes.delete(pid),
    /** It has ended and nobody has asked for its exit code. */
    endUnreaped(pid: number): void {
      const row = processes.get(pid);
      if (row !== undefined) processes.set(pid, { ...row, zombie: true });
    },
    pids: () => [...processes.keys()],
    read: (pid: number) => {
      made.reads += 1;
      return processes.get(pid) ?? null;
    },
    lastFork: () => String(started),
    isWatchdog: () => false,
  };
  for (const [pid, ppid] of rows) made.start(pid, ppid);
  return made;
}

function follow(lineage: Lineage, leader: number): string[] {
  const told: string[] = [];
  lineage.follow(leader, {
    addProcess: ({ pid }) => void told.push(`add ${pid}`),
    removeProcess: ({ pid }) => void told.push(`remove ${pid}`),
  });
  return told;
}

const pidsOf = (rows: readonly ProcessRow[]): readonly number[] => rows.map(({ pid }) => pid);

t.test("a stranger that got the number of a descendant keeps its children", async (t) => {
  const linux = machine([1, 0], [LEADER, 1], [101, LEADER]);
  const lineage = new Lineage(linux);
  const told = follow(lineage, LEADER);
  t.teardown(() => lineage.forget(LEADER));
  t.same(pidsOf(lineage.living(LEADER)), [101]);
  linux.end(101);
  linux.start(101, 1);
  linux.start(102, 101);
  t.same(pidsOf(lineage.living(LEADER)), []);
  t.same(told, ["add 101", "remove 101"], "nobody is told of the stranger's child");
});

t.test("a stranger that got the leader's number keeps its children", async (t) => {
  const linux = machine([1, 0], [LEADER, 1]);
  const lineage = new Lineage(linux);
  const told = follow(lineage, LEADER);
  t.teardown(() => lineage.forget(LEADER));
  lineage.look();
  linux.end(LEADER);
  linux.start(LEADER, 1);
  linux.start(102, LEADER);
  t.same(pidsOf(lineage.living(LEADER)), []);
  t.same(told, []);
});

t.test("a descendant that got the number of another one is still a descendant", async (t) => {
  const linux = machine([1, 0], [LEADER, 1], [101, LEADER], [102, LEADER]);
  const lineage = new Lineage(linux);
  const told = follow(lineage, LEADER);
  t.teardown(() => lineage.forget(LEADER));
  lineage.look();
  linux.end(101);
  linux.start(101, 102);
  linux.start(103, 101);
  t.same(
    pidsOf(lineage.living(LEADER)).toSorted((a, b) => a - b),
    [101, 102, 103],
  );
  t.same(told, ["add 101", "add 102", "remove 101", "add 101", "add 103"]);
});

t.test("a descendant that nobody reaps is told off all the same", async (t) => {
  const linux = machine([1, 0], [LEADER, 1], [101, LEADER]);
  const lineage = new Lineage(linux);
  const told = follow(lineage, LEADER);
  t.teardown(() => lineage.forget(LEADER));
  lineage.look();
  linux.endUnreaped(101);
  linux.start(102, LEADER);
  lineage.look();
  t.same(told, ["add 101", "remove 101", "add 102"]);
});

t.test("200 starting leaders do not have a busy machine read again and again", async (t) => {
  const strangers = Array.from({ length: 5_000 }, (_, index) => [index + 1, 0] as const);
  const linux = machine(...strangers);
  const lineage = new Lineage(linux);
  for (let leader = 6_000; leader < 6_200; leader += 1) {
    linux.start(leader, 1);
    follow(lineage, leader);
    t.teardown(() => lineage.forget(leader));
    lineage.look();
  }
  t.ok(linux.reads < 1_000, `${linux.reads} reads`);
});
