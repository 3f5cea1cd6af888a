import { once } from "node:events";
import { createInterface } from "node:readline";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import type { EventView, FlowView } from "../../src/runtime/journal/journal-view.ts";
import type { RunView } from "../../src/runtime/model/snapshot.ts";
import { ORDER, shop } from "./projects.ts";
import { cli, errorIn, startCli, startRun } from "./run-cli.ts";

const EVENT = "agents.shop.order.placed";
const order = (more: object = {}): readonly string[] => [
  "publish",
  EVENT,
  "--data",
  JSON.stringify({ ...ORDER, ...more }),
];

// One project, one run, and all that a person does with it; the last test ends it.
// In a folder that stays until the run is down: a `t.testdir()` goes before the teardown.
const cwd = realpathSync(mkdtempSync(join(tmpdir(), "agents-cli-")));
mkdirSync(join(cwd, "events"));
for (const name of ["agents.config.json", "stock.mjs"] as const) writeFileSync(join(cwd, name), shop[name]);
for (const [name, text] of Object.entries(shop.events)) writeFileSync(join(cwd, "events", name), text);
const run = async (...args: readonly string[]) => cli({ cwd }, ...args);
const json = async <T>(...args: readonly string[]): Promise<T> =>
  JSON.parse((await run(...args, "--json")).stdout);
const lines = (text: string): readonly EventView[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line): EventView => JSON.parse(line));

t.before(async () => void (await startRun({ cwd })));
t.teardown(async () => {
  await run("down");
  rmSync(cwd, { recursive: true, force: true });
});

void t.test("ps shows each agent with its sidecar below, and for scripts the whole run", async (t) => {
  const { code, stdout } = await run("ps");
  t.equal(code, 0);
  t.match(stdout, /^NAME +STATE +RUNS AS +URL +RESTARTS +SINCE\n/);
  t.match(
    stdout,
    /^stock +ready +process .*http:\/\/127\.0\.0\.1:\d+ +0 +\d+ s.*\n {2}sidecar +ready +embedded/m,
  );
  const view = await json<RunView>("ps");
  t.match(view, { project: "shop", state: "ready" });
  t.strictSame(view.resources.map(({ name }) => name).toSorted(), ["redis", "stock", "stock-dapr"]);
});

void t.test("ps --all finds the run from anywhere", async (t) => {
  const elsewhere = t.testdir({});
  const { stdout } = await cli({ cwd: elsewhere, env: { XDG_STATE_HOME: cwd } }, "ps", "--all", "--json");
  t.match(JSON.parse(stdout), [{ root: cwd, project: "shop" }]);
});

void t.test("ps works while the config is broken", async (t) => {
  const file = join(cwd, "agents.config.json");
  writeFileSync(file, "{");
  t.equal((await run("ps")).code, 0);
  writeFileSync(file, shop["agents.config.json"]);
});

void t.test("events takes the first characters of an id, and names the candidates of too few", async (t) => {
  const flows = [1, 2].map((n) => `feedbeef-0000-4000-8000-00000000000${n}`);
  const ids = [1, 2].map((n) => `cafe0000-0000-4000-8000-00000000000${n}`);
  for (const [index, id] of ids.entries()) {
    t.equal((await run(...order(), "--correlation-id", flows[index] ?? "")).code, 0);
    const event = { specversion: "1.0", id, type: "nobody.listens", source: "/test", data: {} };
    t.equal((await run("publish", "nobody.listens", "--raw", "--data", JSON.stringify(event))).code, 0);
  }
  const { correlationId } = await json<EventView>(...order());
  const found = lines(
    (await run("events", "--correlation", correlationId?.slice(0, 8) ?? "", "--json")).stdout,
  );
  t.match(found, [{ correlationId }]);
  t.equal(found.length, 1);
  t.match(
    (await run("events", "--correlation", correlationId ?? "")).stdout,
    /^\d\d:\d\d:\d\d\.\d{3} {2}agents\.shop\.order\.placed {2}[0-9a-f]{8}\n└─ stock {2}/,
    "as the tree of what it caused",
  );
  for (const [named, ...args] of [
    [flows, "--correlation", "feedbeef"],
    [ids, "show", "cafe0000"],
  ] as const) {
    const ran = await run("events", ...args, "--json");
    t.equal(ran.code, 2, args.join(" "));
    t.match(errorIn(ran), {
      code: "AGENTS_EVENT_UNKNOWN",
      message: /^2 (events|flows) begin with/,
      lines: named.map((id) => new RegExp(`^${id} `)),
    });
  }
});

void t.test(
  "what cannot be delivered again is told for what it is, not as an event that is not there",
  async (t) => {
    const { id } = await json<EventView>("publish", "nobody.listens", "--force", "--data", "{}");
    for (const [args, message] of [
      [["replay", id, "--to", "stock"], /stock does not listen to nobody\.listens/],
      [["retry", id], /has no dead delivery/],
    ] as const) {
      const ran = await run("events", ...args, "--json");
      t.equal(ran.code, 2);
      t.match(errorIn(ran), { code: "AGENTS_USAGE", message, hint: /agents events show/ });
      t.notMatch(String(errorIn(ran)["message"]), /There is no event/);
    }
  },
);

void t.test("publish --wait prints the tree of what the event caused", async (t) => {
  const { code, stdout } = await run(...order(), "--wait");
  t.equal(code, 0);
  t.match(
    stdout,
    /^published {2}agents\.shop\.order\.placed {2}[0-9a-f]{8} {2}correlation [0-9a-f-]{36}\n└─ stock {2}handled in .*\nsettled in .* · 1 event · 1 handler · 0 retries · 0 dead\n$/,
  );
});

void t.test(
  "publish --wait --json prints the flow, which carries the correlation id that was given",
  async (t) => {
    const correlationId = "11111111-2222-4333-8444-555555555555";
    const flow = await json<FlowView>(
      ...order(),
      "--wait",
      "--correlation-id",
      correlationId,
      "--subject",
      "orders/1",
    );
    t.match(flow, {
      eventType: EVENT,
      correlationId,
      settled: true,
      deliveries: [{ agent: "stock", status: "success", attempts: 1, error: null }],
      caused: [],
    });
    const { stdout } = await run("events", "--correlation", correlationId, "--json");
    t.match(lines(stdout), [
      {
        id: flow.id,
        source: "/agents/cli",
        subject: "orders/1",
        causationId: correlationId,
        data: { agentId: "cli", correlationId, payload: ORDER },
      },
    ]);
  },
);

void t.test("what is not settled in time ends with 4, and says so in the flow", async (t) => {
  const result = await run(...order({ kind: "poison" }), "--wait", "0.3", "--json");
  t.equal(result.code, 4);
  t.match(JSON.parse(result.stdout), { settled: false, deliveries: [{ agent: "stock" }] });
  t.match(errorIn(result), { code: "AGENTS_NOT_SETTLED", hint: /agents events show/ });
});

void t.test("events are listed for people and for scripts, filtered by type", async (t) => {
  t.match(
    (await run("events")).stdout,
    /^TIME +EVENT +ID +FLOW +DELIVERIES\n.*agents\.shop\.order\.placed.*stock ✓/,
  );
  t.ok(lines((await run("events", "--json", "--type", "agents.shop.*")).stdout).length >= 3);
  t.equal((await run("events", "--json", "--type", "agents.other.*")).stdout, "");
  t.equal(lines((await run("events", "--json", "-n", "1")).stdout).length, 1);
});

void t.test("events show takes the beginning of an id, and names what it does not know", async (t) => {
  const [event] = lines((await run("events", "--json", "-n", "1")).stdout);
  t.match(await json("events", "show", event?.id.slice(0, 8) ?? ""), {
    id: event?.id,
    caused: { length: 0 },
  });
  t.match(
    (await run("events", "show", event?.id ?? "")).stdout,
    /^agents\.shop\.order\.placed\n {2}id {11}[0-9a-f-]{36}\n/,
  );
  const unknown = await run("events", "show", "nothing-like-it", "--json");
  t.equal(unknown.code, 2);
  t.match(errorIn(unknown), { code: "AGENTS_EVENT_UNKNOWN" });
});

void t.test("replay delivers an event again, to the agent that is named", async (t) => {
  const { id } = await json<FlowView>(...order(), "--wait");
  t.strictSame(await json("events", "replay", id, "--to", "stock"), { id, agents: ["stock"] });
  const unknown = await run("events", "replay", id, "--to", "stok", "--json");
  t.equal(unknown.code, 2);
  t.match(errorIn(unknown), { code: "AGENTS_NAME_UNKNOWN", hint: "Did you mean stock?" });
});

void t.test(
  "events -f tells an event when it comes, and again when it is settled; Ctrl-C ends with 130",
  { timeout: 20_000 },
  async (t) => {
    const follower = startCli({ cwd }, "events", "-f", "--json", "-n", "0");
    const seen: EventView[] = [];
    const published = once(follower, "spawn").then(async () =>
      json<{ readonly id: string }>(...order({ count: 77 })),
    );
    for await (const line of createInterface({ input: follower.stdout })) {
      const event: EventView = JSON.parse(line);
      seen.push(event);
      if (event.id === (await published).id && event.deliveries.some(({ status }) => status === "success"))
        follower.kill("SIGINT");
    }
    await once(follower, "close").catch(() => {});
    t.equal(follower.exitCode, 130);
    t.ok(seen.some(({ data }) => JSON.stringify(data).includes('"count":77')));
  },
);

void t.test(
  "logs are filtered by resource, text and level, and followed until Ctrl-C",
  { timeout: 20_000 },
  async (t) => {
    const text = await run("logs", "stock", "--grep", "order \\d+");
    t.match(text.stdout, /^(\d\d:\d\d:\d\d\.\d{3} {2}order \d+\n)+$/);
    const warnings = lines((await run("logs", "--level", "warn", "--json", "stock")).stdout);
    t.match(warnings, [
      {
        resource: "stock",
        stream: "stderr",
        level: "warn",
        text: "warn: listening",
        seq: Number,
        time: String,
      },
    ]);
    t.match(await run("logs", "stok"), { code: 2, stderr: /Did you mean stock\?/ });
    const follower = startCli({ cwd }, "logs", "-f", "stock", "--json");
    for await (const line of createInterface({ input: follower.stdout }))
      if (line.includes("listening")) follower.kill("SIGINT");
    t.equal(follower.exitCode ?? (await once(follower, "exit"))[0], 130);
  },
);

void t.test(
  "stop, start and restart act on an agent together with its sidecar, and print what they touched",
  async (t) => {
    const touched = async (...args: readonly string[]) =>
      (await json<RunView>(...args)).resources.map(({ name, state }) => `${name} ${state}`);
    t.match((await touched("stop", "stock")).toSorted(), ["stock stopped", "stock-dapr stopped"]);
    t.match(await json<RunView>("ps"), { resources: [{ name: "redis" }, {}, {}] });
    t.ok((await touched("start", "stock-dapr")).includes("stock ready"));
    t.ok((await touched("restart", "stock")).includes("stock ready"));
    const unknown = await run("restart", "stok", "--json");
    t.equal(unknown.code, 2);
    t.match(errorIn(unknown), {
      code: "AGENTS_NAME_UNKNOWN",
      hint: "Did you mean stock?",
      expected: /stock-dapr/,
    });
  },
);

void t.test("down prints what it stopped; afterwards logs and events are read from the files", async (t) => {
  const { resources } = await json<RunView>("down");
  t.ok(resources.some(({ name, state }) => name === "stock" && state === "stopped"));
  t.equal((await run("ps")).code, 3);
  t.ok(lines((await run("events", "--json")).stdout).length >= 5);
  t.match((await run("logs", "--json", "--grep", "listening", "-n", "1")).stdout, /"resource":"stock"/);
  t.match(await run("events", "-f"), { code: 0, stderr: /nothing is running.*agents up/ });
});

void t.test("down -v removes the state and says what", async (t) => {
  const { code, stdout } = await run("down", "-v");
  t.equal(code, 0);
  t.match(stdout, /^nothing is running\nremoved .*events\.db \(.*logs \(/);
  t.notOk(existsSync(join(cwd, ".agents", "events.db")));
  t.ok(existsSync(join(cwd, ".agents", ".gitignore")), "what is left is still no business of git");
  t.equal((await run("events", "--json")).stdout, "");
});
