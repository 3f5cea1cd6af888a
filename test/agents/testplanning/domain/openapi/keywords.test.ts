import { test } from "tap";
import { analyseApi, one, only } from "./documents.ts";

const notes = async (body: unknown): Promise<readonly string[]> => (await analyseApi(one({ body }))).notes;

await test("what of a schema is not tested is told, and nothing else is", async (t) => {
  t.match(await notes({ type: "string", not: { const: "x" } }), [
    'paths./op.post body: "not" is not tested.',
  ]);
  t.strictSame(await notes({ type: "string", minLength: 1 }), []);
  t.strictSame((await only({ body: { type: "string", maxLength: -1 } })).rules.at(-1)?.constraint, {
    kind: "type",
    type: "string",
  });
});

await test("long values in a body are written short, however deep they stand", async (t) => {
  const body = {
    type: "object",
    properties: { a: { type: "object", properties: { b: { type: "string", maxLength: 300 } } } },
  };
  const bodies = (await only({ body })).apiCases.map(({ request }) => request?.body);
  t.ok(bodies.some((each) => JSON.stringify(each) === '{"a":{"b":{"$repeat":"a","$times":301}}}'));
});

await test("a list in a query takes lists, and no null is sent where all is text", async (t) => {
  const schema = { type: "array", maxItems: 2, items: { type: "string" } };
  const { apiCases } = await only({ parameters: [{ name: "tag", in: "query", schema }] });
  const sent = apiCases.flatMap(({ request }) =>
    request?.query["tag"] === undefined ? [] : [request.query["tag"]],
  );
  t.ok(sent.length >= 3 && sent.every((value) => Array.isArray(value)), JSON.stringify(sent));
});
