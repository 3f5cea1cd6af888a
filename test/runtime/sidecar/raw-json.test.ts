import t from "tap";
import {
  rawItems,
  rawMembers,
  rawValue,
} from "../../../src/runtime/resources/sidecar/embedded/json/raw-json.ts";

t.test("members and items are found with their exact text", async (t) => {
  const text =
    ' { "a" : 12345678901234567890 , "b\\"c":"}]\\\\", "d": { "e":[1,{"f":"]"}] } ,"g":[ ],"a": true } ';
  JSON.parse(text);
  const members = rawMembers(text);
  t.same(
    members.map((one) => [one.name, text.slice(one.start, one.end)]),
    [
      ["a", "12345678901234567890"],
      ['b"c', '"}]\\\\"'],
      ["d", '{ "e":[1,{"f":"]"}] }'],
      ["g", "[ ]"],
      ["a", "true"],
    ],
  );
  t.equal(rawValue(text, members, "a"), "true", "the last one counts, as in JSON.parse");
  t.equal(rawValue(text, members, "D"), null);
  t.equal(rawValue(text, members, "D", true), '{ "e":[1,{"f":"]"}] }');
  const list = '[1 , "a,b]" ,[2,[3]],{"x":"}"}, null]';
  t.same(
    rawItems(list).map(({ start, end }) => list.slice(start, end)),
    ["1", '"a,b]"', "[2,[3]]", '{"x":"}"}', "null"],
  );
  t.same(rawItems("[]"), []);
  t.same(rawMembers("{}"), []);
  t.same(rawMembers("[1]"), []);
  t.same(rawItems('{"a":1}'), []);
});

t.test("any JSON put together from its parts is the JSON it was", async (t) => {
  let seed = 7;
  const random = (n: number): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % n;
  };
  const make = (depth: number): unknown => {
    const kind = random(depth > 3 ? 4 : 6);
    if (kind === 0) return random(1000) / 7;
    if (kind === 1) return ['"', "\\", "}{", "][,", "é\n\u0001", ""][random(6)];
    if (kind === 2) return null;
    if (kind === 3) return random(2) === 0;
    if (kind === 4) return Array.from({ length: random(4) }, () => make(depth + 1));
    return Object.fromEntries(Array.from({ length: random(4) }, (_, n) => [`k${n}"\\`, make(depth + 1)]));
  };
  const rebuild = (text: string): unknown => {
    if (text.startsWith("{"))
      return Object.fromEntries(
        rawMembers(text).map((one) => [one.name, rebuild(text.slice(one.start, one.end))]),
      );
    if (text.startsWith("[")) return rawItems(text).map(({ start, end }) => rebuild(text.slice(start, end)));
    return JSON.parse(text);
  };
  for (let n = 0; n < 300; n += 1) {
    const value = make(0);
    for (const text of [JSON.stringify(value), JSON.stringify(value, null, 2)]) t.same(rebuild(text), value);
  }
});
