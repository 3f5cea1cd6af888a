import t from "tap";
import { CelError, compileCel } from "../../../src/runtime/resources/sidecar/embedded/cel/cel.ts";

const event = {
  type: "order.created",
  source: "/shop",
  data: { n: 5, tags: ["a", "b"], "odd key": 1, inner: { ok: true }, nothing: null, text: 'line\n"quoted"' },
};

const CASES: readonly (readonly [string, boolean])[] = [
  ['event.type == "order.created"', true],
  ["event.type == 'order.created'", true],
  ['event.type != "x" && event.data.n > 4', true],
  ["event.data.n >= 5.0 && event.data.n <= 5 && event.data.n < 6", true],
  ["event.data.n == -5 || event.data.n == 5", true],
  ["!(event.data.inner.ok)", false],
  ['"a" in event.data.tags', true],
  ['event.type in ["x", "order.created"]', true],
  ['"n" in event.data', true],
  ["has(event.data.n)", true],
  ["has(event.data.missing)", false],
  ["has(event.data.missing) && event.data.missing == 1", false],
  ['event.data["odd key"] == 1', true],
  ['event.data.tags[1] == "b"', true],
  ["size(event.data.tags) == 2 && event.data.tags.size() == 2", true],
  ['event.type.startsWith("order.") && event.type.endsWith("created") && event.type.contains("er.cr")', true],
  ['event.type.matches("^order\\\\.\\\\w+$")', true],
  ["event.data.nothing == null", true],
  ['event.data.text == "line\\n\\"quoted\\""', true],
  ["true || event.missing.x", true],
  ["event.missing.x || true", true],
  ["event.missing.x && false", false],
  ["event.data.tags == ['a', 'b']", true],
  ["1 == 1 && (2 > 1 || false) && !false", true],
  ["false && true || true", true],
];

for (const [source, expected] of CASES) t.equal(compileCel(source)(event), expected, source);

for (const source of [
  "",
  "event.type ==",
  "event.type == x y",
  "(true",
  "foo(1)",
  "has(1)",
  "size(1, 2)",
  "event.",
  "event.type = 1",
  '"open',
  "a ? b : c",
  "[1, 2",
  "#",
]) {
  t.throws(() => compileCel(source), CelError, `${source} cannot be parsed`);
}

for (const source of [
  "event.missing == 1",
  "event.data.n",
  "other == 1",
  "event.data.n < 'a'",
  "1 in 2",
  "!event.data.n",
  "-event.type == 1",
  "event.data.tags[9] == 1",
]) {
  const program = compileCel(source);
  t.throws(() => program(event), CelError, `${source} fails on the event`);
}
