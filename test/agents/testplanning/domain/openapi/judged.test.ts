import { readFile } from "node:fs/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { test } from "tap";
import { parse } from "yaml";
import { z } from "zod";
import type { Json } from "../../../../../src/agents/testplanning/domain/constraint.ts";
import { expand, isRepeated } from "../../../../../src/agents/testplanning/domain/design/design.ts";
import { analyseApi, one, only } from "./documents.ts";

const text = await readFile(new URL("schemas.yaml", import.meta.url), "utf8");
const schemas = z.record(z.string(), z.json()).parse(parse(text));
const node = { type: "object", required: ["v"], properties: { next: { $ref: "#/components/schemas/Node" } } };
const components = { schemas: { Node: { ...node, properties: { ...node.properties, v: { minimum: 0 } } } } };

/** As it is sent: long values are written short. */
function sent(value: Json): Json {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(sent);
  if (isRepeated(value)) return expand(value);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, sent(each)]));
}

await test("a body that is to be accepted fits its schema, and one that is to be refused does not", async (t) => {
  let [accepted, refused] = [0, 0];
  for (const [name, schema] of Object.entries(schemas)) {
    const ajv = new Ajv2020({ strict: false, logger: false });
    addFormats.default(ajv);
    ajv.addSchema({ $id: "root", components });
    const validate = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"root#/')) as object);
    const api = await analyseApi({ ...Object(one({ body: schema })), components });
    for (const { request, status, title, arrange } of api.operations[0]?.apiCases ?? []) {
      if (request === null || arrange !== null) continue;
      const fits = request.body !== undefined && validate(sent(request.body));
      if (fits !== (status === "200"))
        t.fail(`${name}: ${title} is to be ${status}: ${JSON.stringify(request.body)}`);
      if (fits) accepted += 1;
      else refused += 1;
    }
  }
  t.ok(accepted > 80 && refused > 150, `${accepted} accepted, ${refused} refused`);
});

await test("of a value that may have several types none is tested, and that is told", async (t) => {
  const { rules } = await only({ body: { type: ["string", "integer"], maxLength: 5, maximum: 10 } });
  t.match(rules, { length: 1 }, "that there is one");
  const { notes } = await analyseApi(one({ body: { type: ["string", "integer"] } }));
  t.match(notes, [/of 2 types none is tested/]);
  const nullable = await only({ body: { type: ["string", "null"], maxLength: 5 } });
  t.match(nullable.rules.at(-1)?.constraint, { kind: "length", max: 5 });
});

const memberA = (of: object) => ({ properties: { a: of } });

await test("what several parts of a schema say of one member holds together", async (t) => {
  const { rules } = await only({
    body: { allOf: [memberA({ type: "integer", minimum: 1 }), { required: ["a"] }, memberA({ maximum: 3 })] },
  });
  t.match(rules.at(-1)?.constraint, { kind: "range", min: 1, max: 3, whole: true });
  const listed = await only({ body: { type: "integer", enum: [1, 2, 3], minimum: 2 } });
  t.match(listed.rules.at(-1)?.constraint, { kind: "enumeration", values: [2, 3] });
});

await test("a whole example serves where no valid value can be made", async (t) => {
  const body = {
    type: "object",
    minProperties: 1,
    maxProperties: 1,
    additionalProperties: { type: "string" },
  };
  const without = await only({ body });
  t.match(without.gaps, [/No valid value is known of the body/]);
  const { gaps, apiCases } = await only({ body: { ...body, example: { de: "Haus" } } });
  t.strictSame(gaps, []);
  t.match(apiCases[0], { status: "200", request: { body: { de: "Haus" } } });
});

await test("of a document with too many operations those that are named are read", async (t) => {
  const paths = Object.fromEntries(
    Array.from({ length: 600 }, (_, at) => [
      `/p${at}`,
      { get: { operationId: `op${at}`, responses: { "200": {} } } },
    ]),
  );
  const document = { openapi: "3.0.0", info: {}, paths };
  await t.rejects(analyseApi(document), { message: /600 operations; 500 are the most. Name some of them/ });
  t.match((await analyseApi(document, ["op599"])).operations, [{ path: "/p599" }]);
});
