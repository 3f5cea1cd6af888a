import { once } from "node:events";
import { text } from "node:stream/consumers";
import t from "tap";
import { ORDER, shop } from "./projects.ts";
import { cli, errorIn, startCli } from "./run-cli.ts";

// Input is checked before a run is looked for: 2 with nothing running, where good input ends with 3.

const EVENT = "agents.shop.order.placed";

const cases: readonly (readonly [title: string, args: readonly string[], expected: object])[] = [
  [
    "an unknown event",
    ["agents.shop.order.plced", "--data", "{}"],
    {
      code: "AGENTS_EVENT_UNKNOWN",
      hint: /Did you mean agents\.shop\.order\.placed\?.*agents events catalog.*--force/,
    },
  ],
  [
    "a property that is missing",
    [EVENT, "--data", '{"count":1}'],
    { code: "AGENTS_EVENT_INVALID", path: "orderId", expected: "a string", found: "nothing" },
  ],
  [
    "a wrong type deep inside",
    [EVENT, "--data", JSON.stringify({ ...ORDER, items: [{ sku: "a" }, { sku: 4 }] })],
    { code: "AGENTS_EVENT_INVALID", path: "items[1].sku", expected: "a string", found: "4" },
  ],
  [
    "a wrong format",
    [EVENT, "--data", JSON.stringify({ ...ORDER, orderId: "x" })],
    { code: "AGENTS_EVENT_INVALID", path: "orderId", expected: "the format uuid" },
  ],
  [
    "a number that is too small",
    [EVENT, "--data", JSON.stringify({ ...ORDER, count: 0 })],
    { code: "AGENTS_EVENT_INVALID", path: "count", expected: "at least 1", found: "0" },
  ],
  [
    "a mistyped property",
    [EVENT, "--data", JSON.stringify({ ...ORDER, itms: [] })],
    { code: "AGENTS_EVENT_INVALID", path: "itms", problems: [{ suggestion: "items" }] },
  ],
  [
    "a mistyped choice",
    [EVENT, "--data", JSON.stringify({ ...ORDER, kind: "goood" })],
    { code: "AGENTS_EVENT_INVALID", path: "kind", problems: [{ suggestion: "good" }] },
  ],
  [
    "a payload that is no object",
    [EVENT, "--data", "[]"],
    { code: "AGENTS_EVENT_INVALID", path: "payload", expected: "an object" },
  ],
  [
    "malformed JSON",
    [EVENT, "--data", '{\n  "count": yes\n}'],
    { code: "AGENTS_DATA_UNREADABLE", path: "--data:2:12", message: /line 2, column 12/ },
  ],
  [
    "a file that does not exist",
    [EVENT, "--data", "@nope.json"],
    { code: "AGENTS_DATA_UNREADABLE", message: /nope\.json cannot be read/ },
  ],
  [
    "a folder",
    [EVENT, "--data", "@."],
    { code: "AGENTS_DATA_UNREADABLE", message: /cannot be read: it is a folder\.$/ },
  ],
  ["no data", [EVENT], { code: "AGENTS_USAGE", path: "--data", hint: /@file\.json/ }],
  [
    "a correlation id that is no UUID",
    [EVENT, "--data", JSON.stringify(ORDER), "--correlation-id", "x"],
    { code: "AGENTS_USAGE", path: "--correlation-id" },
  ],
  [
    "a time to wait that is none",
    [EVENT, "--data", JSON.stringify(ORDER), "--wait", "soon"],
    { code: "AGENTS_USAGE", path: "--wait" },
  ],
];

for (const [title, args, expected] of cases) {
  void t.test(`publishing ${title} ends with 2 while nothing runs`, async (t) => {
    const result = await cli({ cwd: t.testdir(shop) }, "publish", ...args, "--json");
    t.equal(result.code, 2, result.stderr);
    t.match(errorIn(result), expected);
  });
}

void t.test("every problem of a payload is told at once", async (t) => {
  const { code, stderr } = await cli(
    { cwd: t.testdir(shop) },
    "publish",
    EVENT,
    "--data",
    '{"orderId":"x","count":0,"items":[{}]}',
  );
  t.equal(code, 2);
  t.match(
    stderr,
    /has 3 problems\n {2}orderId {7}"x": expected the format uuid\.\n {2}count {9}0: expected at least 1\.\n {2}items\[0\]\.sku {2}is missing: expected a string\.\n.*--force sends it anyway\. {2}\[AGENTS_EVENT_INVALID\]\n$/,
  );
});

void t.test("good input, from a file, from stdin or forced, ends with 3 while nothing runs", async (t) => {
  const cwd = t.testdir({ ...shop, "order.json": JSON.stringify(ORDER) });
  const input = JSON.stringify(ORDER);
  for (const args of [
    ["--data", "@order.json"],
    ["--data", "-"],
    ["--data", '{"anything":1}', "--force"],
    ["--data", "not even JSON", "--raw"],
  ]) {
    t.equal((await cli({ cwd, input }, "publish", EVENT, ...args)).code, 3, args.join(" "));
  }
  t.equal((await cli({ cwd }, "publish", "agents.some.other.event", "--data", "{}", "--force")).code, 3);
});

void t.test("the catalog lists the event types and prints the schema of one", async (t) => {
  const cwd = t.testdir(shop);
  t.equal((await cli({ cwd }, "events", "catalog")).stdout, `${EVENT}  An order was placed.\n`);
  t.match(JSON.parse((await cli({ cwd }, "events", "catalog", "--json")).stdout), [
    { eventType: EVENT, description: "An order was placed.", schema: { type: "object" } },
  ]);
  t.match(JSON.parse((await cli({ cwd }, "events", "catalog", EVENT)).stdout), {
    required: ["orderId", "count"],
  });
  t.match(await cli({ cwd }, "events", "catalog", "agents.shop.order.plced"), {
    code: 2,
    stderr: /Did you mean agents\.shop\.order\.placed/,
  });
});

void t.test("output into a pipe whose reader has seen enough ends quietly", async (t) => {
  const large = { description: "x".repeat(500_000), type: "object" };
  const cwd = t.testdir({ ...shop, events: { [`${EVENT}.schema.json`]: JSON.stringify(large) } });
  const child = startCli({ cwd }, "events", "catalog", EVENT);
  child.stdout.once("data", () => child.stdout.destroy());
  const [stderr] = await Promise.all([text(child.stderr), once(child, "close")]);
  t.equal(stderr, "");
  t.equal(child.exitCode, 0);
});
