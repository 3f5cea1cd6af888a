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
  ["event.data.n > 3.0 ? event.type == 'order.created' : false", true],
  ["int(event.data.n) % 2 == 1 && event.data.n * 2.0 == 10.0 && 7 / 2 == 3", true],
  ["1 + 2 * 3 - 4 == 3 && -(2) < 0 && 0x10 == 16 && 1e3 == 1000.0", true],
  ["'a' + 'b' == \"ab\" && [1] + [2] == [1, 2]", true],
  ["event.data.tags.exists(t, t == 'b') && !event.data.tags.all(t, t == 'b')", true],
  ["event.data.tags.exists_one(t, t == 'b') && event.data.tags.filter(t, t > 'a') == ['b']", true],
  ["[1, 2].map(x, x * 2) == [2, 4] && [1, 2].map(x, x > 1, x * 2) == [4]", true],
  ["event.data.inner.all(key, key == 'ok')", true],
  ["{'a': 1}.a == 1 && {'a': 1}['a'] == 1 && 'a' in {'a': 1}", true],
  ["string(event.data.n) == '5' && double('2.5') == 2.5 && int('7') == 7 && bool('true')", true],
  ["type(event.data.n) == type(1.0) && type('') != type(1)", true],
  [String.raw`r"\d" == "\\d" && "\u0041" == "A"`, true],
];

for (const [source, expected] of CASES) t.equal(compileCel(source)({ event }), expected, source);

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
  "a ? b",
  "event.data.tags.all(1, true)",
  "{'a' 1}",
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
  "event.data.n + 1 == 6.0",
  "event.data.n % 2.0 == 1.0",
  "1 / 0 == 1",
  "event.data.n.all(x, true)",
]) {
  const program = compileCel(source);
  t.throws(() => program({ event }), CelError, `${source} fails on the event`);
}
