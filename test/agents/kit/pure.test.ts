import t from "tap";
import { fold } from "../../../src/agents/kit/domain/decider.ts";
import { eventCodec } from "../../../src/agents/kit/domain/event-codec.ts";
import { defineEvent } from "../../../src/agents/kit/events/define-event.ts";
import { caseInsensitive } from "../../../src/agents/kit/http/case-insensitive.ts";
import { WorkInFlight } from "../../../src/agents/kit/handling/work-in-flight.ts";
import { createLogger } from "../../../src/agents/kit/log/logger.ts";
import { extractJson } from "../../../src/agents/kit/model/extract-json.ts";
import { sampleValue } from "../../../src/agents/kit/model/sample-value.ts";
import { schemaCheck } from "../../../src/agents/kit/prompts/json-schema.ts";
import { z } from "zod";

const schemas: Record<string, Record<string, unknown>> = {
  text: { type: "string", minLength: 30, maxLength: 40 },
  "short text": { type: "string", maxLength: 3 },
  enum: { enum: ["high", "low"] },
  nullable: { type: ["string", "null"], format: "email" },
  integer: { type: "integer", minimum: 3, maximum: 4 },
  "exclusive bounds": { type: "number", exclusiveMinimum: 0, exclusiveMaximum: 1 },
  negative: { type: "integer", maximum: -5 },
  multiple: { type: "number", multipleOf: 0.25, minimum: 1, maximum: 2 },
  pattern: { type: "string", pattern: "^CWE-\\d{2,4}$" },
  "pattern with choices": { type: "string", pattern: "^(feat|fix)(\\([a-z]+\\))?: .+$" },
  formats: {
    type: "object",
    required: ["a", "b", "c", "d"],
    properties: {
      a: { type: "string", format: "date-time" },
      b: { type: "string", format: "uuid" },
      c: { type: "string", format: "uri" },
      d: { type: "string", format: "date" },
    },
  },
  list: {
    type: "array",
    minItems: 3,
    items: { type: "object", required: ["id"], properties: { id: { type: "string" } } },
  },
  "unique list": { type: "array", minItems: 2, uniqueItems: true, items: { enum: ["a", "b"] } },
  "unique numbers": { type: "array", minItems: 3, uniqueItems: true, items: { type: "integer" } },
  choice: {
    oneOf: [{ type: "object", required: ["k"], properties: { k: { const: 1 } } }, { type: "string" }],
  },
  all: {
    allOf: [
      { required: ["a"], properties: { a: { type: "integer" } } },
      { properties: { b: { const: true } }, required: ["b"] },
    ],
  },
  reference: {
    $defs: { id: { type: "string", pattern: "^R\\d$" } },
    type: "object",
    required: ["x"],
    properties: { x: { $ref: "#/$defs/id" } },
  },
};

void t.test("a sample fits its schema, whatever the seed", async (t) => {
  for (const [name, schema] of Object.entries(schemas)) {
    const check = await schemaCheck(schema);
    for (let seed = 0; seed < 50; seed += 1) {
      const value = sampleValue(
        schema,
        Uint8Array.from({ length: 32 }, (_, at) => (seed * 37 + at * 11) % 256),
      );
      t.same(check(value), [], `${name}: ${JSON.stringify(value)}`);
    }
  }
});

void t.test("a sample is the same for the same seed and says that it is one", (t) => {
  const seed = new Uint8Array(32).fill(7);
  const schema = { type: "object", properties: { nextStep: { type: "string" }, count: { type: "integer" } } };
  t.same(sampleValue(schema, seed), sampleValue(schema, seed));
  t.match(sampleValue(schema, seed), { nextStep: "[sample] next step" });
  t.end();
});

void t.test("JSON is found in what models write around it", (t) => {
  const cases: [string, unknown][] = [
    ['{"a":1}', { a: 1 }],
    ['```json\n{"a":1}\n```', { a: 1 }],
    ["Here:\n```\n[1]\n```\nDone.", [1]],
    ['The result is {"a":"}"} as asked', { a: "}" }],
    ['{"a":"say \\"{\\" "} and {"b":2}', { a: 'say "{" ' }],
  ];
  for (const [text, value] of cases) t.same(extractJson(text), { value }, text);
  for (const text of ["", "no", '{"a":', "{a:1}"]) t.equal(extractJson(text), null, text);
  t.end();
});

void t.test("a log line is one line, and its fields can be told apart", (t) => {
  const lines: string[] = [];
  const log = createLogger((line) => lines.push(line), "info", { run: 1 });
  log.debug("not shown");
  log.with({ id: "a b" }).info("first\nsecond", { quote: 'x"y', none: undefined, empty: "", nothing: null });
  t.same(lines, ['info: first ↵ second run=1 id="a b" quote="x\\"y" empty="" nothing=null\n']);
  t.end();
});

void t.test("an event type has a domain and an action, in lower case", (t) => {
  for (const type of ["agents.a.b", "agents.servicedesk.ticket.created", "agents.x-y.z-1"]) {
    t.match(defineEvent(type, z.object({}), { description: "x" }), { type, dataVersion: "1.0" });
  }
  for (const type of ["agents.a", "Agents.a.b", "agents..b", "orders.a.b", "agents.a.B"]) {
    t.throws(() => defineEvent(type, z.object({}), { description: "x" }), { message: /wrong form/ }, type);
  }
  t.end();
});

void t.test("paths are brought into the case of their route, parameters are left alone", (t) => {
  const toRoute = caseInsensitive(["/api/testplanning/execute", "/api/testplanning/specs/:id"]);
  t.equal(toRoute("/API/TestPlanning/Execute"), "/api/testplanning/execute");
  t.equal(toRoute("/api/TESTPLANNING/specs/AbC/"), "/api/testplanning/specs/AbC");
  t.equal(toRoute("/other/Path"), "/other/Path");
  t.end();
});

void t.test("a history folds into a state", (t) => {
  const sum = {
    initialState: () => 0,
    decide: () => [],
    evolve: (state: number, event: number) => state + event,
  };
  t.equal(fold(sum, [1, 2, 3]), 6);
  t.end();
});

void t.test("work for a caller that has gone already begins with an aborted signal", async (t) => {
  const work = new WorkInFlight();
  const reason = new Error("gone");
  const seen = await work.run(AbortSignal.abort(reason), (signal) => Promise.resolve(signal));
  t.equal(seen.aborted, true);
  t.equal(seen.reason, reason);
});

void t.test("steps lead from any older version to the present one", (t) => {
  const three = eventCodec(
    { parse: (value) => z.object({ type: z.literal("x"), data: z.unknown() }).parse(value) },
    {
      x: [(data) => ({ ...data, two: true }), ({ old, ...data }) => ({ ...data, renamed: old })],
    },
  );
  const parse = (schemaVersion: number, data: object) => three.parse({ type: "x", data, schemaVersion }).data;
  t.strictSame(parse(1, { old: 1 }), { two: true, renamed: 1 });
  t.strictSame(parse(2, { old: 1, two: false }), { two: false, renamed: 1 });
  t.strictSame(parse(3, { renamed: 1 }), { renamed: 1 });
  t.equal(three.schemaVersion("x"), 3);
  t.equal(three.schemaVersion("constructor"), 1);
  t.end();
});
