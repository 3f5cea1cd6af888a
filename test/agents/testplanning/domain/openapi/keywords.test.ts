import { test } from "tap";
import { analyseApi, one, only, operation } from "./documents.ts";

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

await test("the items of a list in a query are tested as any value", async (t) => {
  const schema = { type: "array", items: { type: "integer", minimum: 1 } };
  const { apiCases, rules } = await only({ parameters: [{ name: "id", in: "query", schema }] });
  t.match(rules.at(-1), { subject: "id[] in the query", field: "idItem" });
  const sent = apiCases.map(({ request, status }) =>
    [status, JSON.stringify(request?.query["id"])].join(" "),
  );
  for (const each of ["422 [0]", "200 [1]", "200 [2]", '422 ["abc"]']) t.ok(sent.includes(each), each);
});

await test("a header or a cookie holds what HTTP lets it hold, and no spaces at its ends", async (t) => {
  const schema = { type: "string", maxLength: 3 };
  const listed = { type: "string", enum: ["a"] };
  const parameters = [
    { name: "x-name", in: "header", schema },
    { name: "x-kind", in: "header", schema: listed },
    { name: "name", in: "cookie", schema },
  ];
  const { apiCases } = await only({ parameters });
  const sent = apiCases.flatMap(({ request }) =>
    [...Object.values(request?.headers ?? {}), ...Object.values(request?.cookies ?? {})].map(String),
  );
  t.ok(sent.includes("aaaa") && sent.includes("A"), sent.join());
  t.strictSame(
    sent.filter((value) => !/^(?:[!-~](?:[ -~]*[!-~])?)?$/u.test(value)),
    [],
  );
});

/** What the rules of two parameters are about, which are called a and A. */
async function subjects(place: string): Promise<ReadonlySet<string>> {
  const twice = ["a", "A"].map((name) => ({ name, in: place, required: true, schema: { type: "integer" } }));
  return new Set((await only({ parameters: twice })).rules.map(({ subject }) => subject));
}

await test("names in a query tell capitals from small letters, those of headers do not", async (t) => {
  t.strictSame(await subjects("query"), new Set(["a in the query", "A in the query"]));
  t.strictSame(await subjects("header"), new Set(["A in the header"]));
});

await test("what of an operation is not tested is told", async (t) => {
  const responses = { "200": { description: "" }, "4xx": { description: "" }, "x-note": {} };
  const content = { "application/json": { schema: { type: "object", properties: { a: {} } } } };
  const document = one({ parameters: [{ name: "filter", in: "query", content }], responses });
  const { assumptions } = operation(await analyseApi(document), "op");
  t.strictSame(assumptions, [
    "Not tested of filter in the query: what is in the object.",
    'The status "4xx" is none that OpenAPI knows (such as 404 or 4XX), so it has no case.',
  ]);
  const callbacks = { done: { "{$request.body#/url}": { post: { responses: {} } } } };
  const post = { operationId: "op", callbacks, responses: { "200": { description: "" } } };
  const called = await analyseApi({ ...Object(document), paths: { "/op": { post } } });
  t.match(operation(called, "op").assumptions, ["Its callback done is not tested: the API calls it."]);
});
