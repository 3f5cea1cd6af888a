import { test } from "tap";
import { analyseApi, library, one, only } from "./documents.ts";

await test("a schema that contains itself ends, and so does one that is made to grow", async (t) => {
  const api = await analyseApi(library);
  t.match(api.notes.join("\n"), /related\[\]: contains itself/);
  const deep = (depth: number): unknown =>
    depth === 0 ? { type: "integer" } : { type: "object", properties: { a: deep(depth - 1) } };
  const nested = await analyseApi(one({ body: deep(2000) }));
  t.match(nested.notes.join("\n"), /deeper than 8 levels/);
  // Each level refers to the next one ten times: a few lines that stand for ten to the power of eight schemas.
  const schemas = Object.fromEntries(
    Array.from({ length: 9 }, (_, level) => [
      `L${level}`,
      {
        type: "object",
        properties: Object.fromEntries(
          Array.from({ length: 10 }, (_each, at) => [
            `p${at}`,
            { $ref: `#/components/schemas/L${level + 1}` },
          ]),
        ),
      },
    ]),
  );
  const bomb = {
    ...(one({ body: { $ref: "#/components/schemas/L0" } }) as object),
    components: { schemas: { ...schemas, L9: {} } },
  };
  await t.rejects(analyseApi(bomb), { name: "DocumentUnreadable", message: /more than 50000 objects/ });
});

await test("what is no such document is refused with the place", async (t) => {
  const wrong: readonly (readonly [unknown, string, RegExp])[] = [
    [[], "document", /no object/],
    [{ swagger: "2.0", paths: {} }, "openapi", /Swagger 2/],
    [{ openapi: "4.0.0" }, "openapi", /Expected OpenAPI 3.0 or 3.1, found "openapi": "4.0.0"/],
    [{ openapi: "3.1.0" }, "paths", /no paths/],
    [{ openapi: "3.1.0", paths: { "/a": {} } }, "paths", /No path has an operation/],
    [
      one({ body: { $ref: "http://evil.example/x.json" } }),
      "paths./op.post body/$ref",
      /out of the document/,
    ],
    [one({ body: { $ref: "#/components/none" } }), "paths./op.post body/$ref", /leads to nothing/],
    [one({ body: { $ref: "#/%zz" } }), "paths./op.post body/$ref", /leads to nothing/],
    [one({ body: { $ref: 7 } }), "paths./op.post body/$ref", /a text/],
    [
      one({ parameters: [{ name: "x", in: "moon" }] }),
      "paths./op.post.parameters",
      /path, query, header or cookie/,
    ],
  ];
  for (const [document, path, message] of wrong)
    await t.rejects(analyseApi(document), { name: "DocumentUnreadable", path, message });
  const circle = {
    ...(one({ body: { $ref: "#/components/schemas/A" } }) as object),
    components: { schemas: { A: { $ref: "#/components/schemas/B" }, B: { $ref: "#/components/schemas/A" } } },
  };
  await t.rejects(analyseApi(circle), { message: /leads back to itself/ });
  await t.rejects(analyseApi(library, ["nope"]), {
    path: "operations",
    message: /no operation with the id nope/,
  });
  t.equal((await analyseApi(library, ["getBook"])).operations.length, 1);
  const properties = Object.fromEntries(
    Array.from({ length: 100 }, (_, at) => [`p${at}`, { type: "integer", minimum: 1, maximum: 9 }]),
  );
  const post = {
    requestBody: { content: { "application/json": { schema: { type: "object", properties } } } },
    responses: {},
  };
  const paths = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`/${at}`, { post }]));
  await t.rejects(analyseApi({ openapi: "3.0.0", paths }), {
    path: "paths",
    message: /The first \d of 50 operations lead to 2\d{4} cases; 20000 are the most/,
  });
  const odd = {
    type: "object",
    properties: { constructor: { type: "integer" }, toString: {} },
    required: ["__proto__"],
  };
  await t.resolves(analyseApi(one({ body: odd })));
  const huge = await only({ body: { type: "string", maxLength: 2_000_000_000 } });
  t.match(huge.assumptions.join(), /bound of more than 100000 characters/);
});
