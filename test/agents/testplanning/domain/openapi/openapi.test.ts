import { test } from "tap";
import type { OperationAnalysis } from "../../../../../src/agents/testplanning/domain/openapi/analyse-api.ts";
import { expand } from "../../../../../src/agents/testplanning/domain/design/design.ts";
import { featureOf } from "../../../../../src/agents/testplanning/domain/gherkin/spec-feature.ts";
import { analyseApi, library, only, operation } from "./documents.ts";
import { parseGherkin, scenariosOf } from "../parse-gherkin.ts";

/** The values of one field that cases of the rules of an operation use, and what is expected of them. */
function boundaries({ rules, boundaryValues }: OperationAnalysis, subject: RegExp): unknown[] {
  return boundaryValues
    .filter(({ ruleId }) => rules.some(({ id, subject: about }) => id === ruleId && subject.test(about)))
    .map(({ value, accept }) => [value, accept]);
}

await test("every operation has a case for each of its documented statuses", async (t) => {
  const api = await analyseApi(library);
  t.match(api, { title: "Library", version: "2.1.0", openapi: "3.0.3" });
  t.strictSame(
    api.operations.map(({ requirementId, method, path, statuses }) => [
      requirementId,
      method,
      path,
      statuses,
    ]),
    [
      ["listBooks", "GET", "/books", ["200", "400", "default"]],
      ["addBook", "POST", "/books", ["201", "400", "401", "409", "422", "5XX"]],
      ["getBook", "GET", "/books/{isbn}", ["200", "404"]],
      ["delete-books-isbn", "DELETE", "/books/{isbn}", ["204"]],
    ],
  );
  for (const { statuses, apiCases, title } of api.operations)
    for (const status of statuses)
      t.ok(
        apiCases.some((each) => each.status === status),
        `${title} ${status}`,
      );
  const ids = api.operations.flatMap(({ apiCases, cases }) => [...apiCases, ...cases].map(({ id }) => id));
  t.equal(new Set(ids).size, ids.length, "no id is used twice");
});

await test("bounds of parameters and of the body have the values at and beside them", async (t) => {
  const api = await analyseApi(library);
  const books = operation(api, "listBooks");
  // 3.0: `exclusiveMinimum: true` leaves the minimum itself out.
  t.strictSame(boundaries(books, /^limit in the query$/), [
    [-1, false],
    [0, false],
    [1, true],
    [99, true],
    [100, true],
    [101, false],
  ]);
  const add = operation(api, "addBook");
  t.strictSame(boundaries(add, /^year /), [
    [1449, false],
    [1450, true],
    [1451, true],
    [2099, true],
    [2100, true],
    [2101, false],
  ]);
  t.strictSame(boundaries(add, /^title /), [
    [0, false],
    [1, true],
    [2, true],
    [79, true],
    [80, true],
    [81, false],
  ]);
  t.strictSame(boundaries(add, /^authors in/), [
    [0, false],
    [1, true],
    [2, true],
    [3, true],
    [4, false],
  ]);
  t.strictSame(boundaries(add, /^authors\[\]\.name in/), [
    [39, true],
    [40, true],
    [41, false],
  ]);
  t.strictSame(
    add.rules.filter(({ constraint }) => constraint.kind === "presence").map(({ subject }) => subject),
    [
      "the body",
      "title in the body",
      "year in the body",
      "authors in the body",
      "authors[].name in the body",
    ],
  );
  t.notOk(
    add.rules.some(({ subject }) => subject.startsWith("id ")),
    "what only the server writes is not sent",
  );
});

await test("each request is valid but for the one value that its case is about", async (t) => {
  const { apiCases, cases } = operation(await analyseApi(library), "addBook");
  t.match(apiCases[0], { status: "201", request: { body: { year: Number, authors: [{ name: "text" }] } } });
  const byTitle = (title: RegExp) => apiCases.find((each) => title.test(each.title));
  t.match(byTitle(/^the body is missing/)?.request, { query: {} });
  t.notOk(Object.hasOwn(byTitle(/^the body is missing/)?.request ?? {}, "body"));
  t.strictSame(
    Object.keys((byTitle(/^year in the body is missing/)?.request?.body ?? {}) as object).toSorted(),
    ["authors", "title"],
  );
  t.match(byTitle(/^year .* upper bound 2100$/), { status: "201" });
  t.match(byTitle(/^year .*Just above the upper bound 2100/), {
    status: "422",
    request: { body: { year: 2101 } },
  });
  t.match(byTitle(/^price in the body: null/), { status: "201" }, "it may be null");
  t.match(byTitle(/^year in the body: null/), { status: "422" }, "it may not");
  t.match(byTitle(/^authors in the body: 4 items/), {
    status: "422",
    request: { body: { authors: [{ name: "text" }, { name: "text" }, { name: "text" }, { name: "text" }] } },
  });
  t.match(byTitle(/^authors\[\]\.born .*Fits/), {
    request: { body: { authors: [{ name: "text", born: /^\d{4}-/ }] } },
  });
  for (const each of apiCases.filter(({ caseId }) => caseId !== null)) {
    const from = cases.find(({ id }) => id === each.caseId);
    t.equal(each.status, from?.expected === "accept" ? "201" : "422", each.title);
  }
  t.match(
    apiCases.filter(({ arrange }) => arrange !== null).map(({ status, arrange }) => [status, arrange]),
    [
      ["400", /no JSON/],
      ["401", /no credentials/],
      ["409", /forbids/],
      ["5XX", /5XX/],
    ],
  );
});

await test("3.1 and 3.0 say the same thing in their own ways", async (t) => {
  const new31 = await only({
    body: { type: ["integer", "null"], exclusiveMinimum: 0, exclusiveMaximum: 10 },
  });
  const old30 = await only({
    openapi: "3.0.0",
    body: {
      type: "integer",
      nullable: true,
      minimum: 0,
      exclusiveMinimum: true,
      maximum: 10,
      exclusiveMaximum: true,
    },
  });
  t.strictSame(boundaries(new31, /body/), boundaries(old30, /body/));
  t.strictSame(boundaries(new31, /body/), [
    [-1, false],
    [0, false],
    [1, true],
    [9, true],
    [10, false],
    [11, false],
  ]);
  const fixed = await only({ body: { const: "v1" } });
  t.match(fixed.rules.at(-1)?.constraint, { kind: "enumeration", values: ["v1"] });
  const int32 = await only({ body: { type: "integer", format: "int32" } });
  t.ok(boundaries(int32, /body/).some((each) => JSON.stringify(each) === "[2147483648,false]"));
  const money = await only({ body: { type: "number", exclusiveMinimum: 0, maximum: 9.5 } });
  t.strictSame(boundaries(money, /body/), [
    [-0.01, false],
    [0, false],
    [0.01, true],
    [9.49, true],
    [9.5, true],
    [9.51, false],
  ]);
  const all = await only({
    body: { allOf: [{ type: "string", minLength: 2 }, { minLength: 4, maxLength: 9 }, { maxLength: 6 }] },
  });
  t.match(all.rules.at(-1)?.constraint, { kind: "length", min: 4, max: 6 });
});

await test("a pattern is searched for, as JSON Schema says, and has an example that fits", async (t) => {
  for (const [pattern, good, bad] of [
    ["^[A-Z]{2}-[0-9]{3,5}$", "AA-000", "aa-1"],
    ["b+", "xxbxx", "a"],
    ["^a|b$", "axx", "xa"],
    ["^(?:red|green)\\.(?:png|svg)$", "red.png", "redxpng"],
    ["^[^0-9]+$", "abc", "a1"],
  ] as const) {
    const { rules, apiCases } = await only({
      body: { type: "object", required: ["x"], properties: { x: { type: "string", pattern } } },
    });
    const rule = rules.at(-1)?.constraint;
    if (rule?.kind !== "pattern") throw new Error(`${pattern}: ${JSON.stringify(rule)}`);
    const found = new RegExp(rule.pattern, "u");
    t.ok(found.test(good) && !found.test(bad), pattern);
    const body = apiCases[0]?.request?.body as { x: string };
    t.ok(new RegExp(pattern, "u").test(body.x), `${pattern}: ${body.x}`);
  }
});

await test("a pattern that could take for ever is not used, and that is said", async (t) => {
  const long = "a".repeat(40);
  for (const [pattern, example] of [
    ["^(a+)+$", long],
    ["^(a|a)*$", long],
    ["(x*)*y", "xy"],
    ["^a*a*a*a*b$", "ab"],
    ["(a)\\1", "aa"],
    ["[[a]", "["],
    ["a{1000}", "a".repeat(1000)],
  ] as const) {
    const { assumptions, gaps, apiCases } = await only({ body: { type: "string", pattern, example } });
    t.match(assumptions.join(), /pattern .* not used/, pattern);
    t.strictSame(gaps, []);
    t.equal(apiCases[0]?.status, "200", "an example that fits is all that is known to be accepted");
    const accepted = apiCases.filter(({ status, request }) => status === "200" && request !== null);
    for (const { request } of accepted) {
      const body = expand(request?.body ?? null);
      t.ok(typeof body === "string" && new RegExp(pattern).test(body), pattern);
    }
  }
  const { gaps } = await only({ body: { type: "string", pattern: "(?=a)b", example: "a" } });
  t.match(gaps, [/No valid value is known of the body/], "nor is an example believed that does not fit");
  // Matching it would take longer than the test: it is given up on, and the example is taken as it is.
  const endless = await only({ body: { type: "string", pattern: "^(a|a)*$", example: `${long}!` } });
  t.match(endless.apiCases[0]?.request, { body: `${long}!` });
});

await test("what the document lacks is told", async (t) => {
  const api = await analyseApi(library);
  t.match(operation(api, "getBook").gaps, [/refuses invalid input and documents no status/, /credentials/]);
  t.match(operation(api, "delete-books-isbn").assumptions, [/no operationId/]);
  t.strictSame(operation(api, "listBooks").gaps, []);
  t.match((await only({ responses: {} })).gaps, [/no status at all/]);
  t.match((await only({ responses: { "500": {} } })).gaps, [/no status for success/]);
  t.match((await only({ body: { type: "string", format: "date", minLength: 50 } })).gaps, [
    /No valid value is known of the body/,
  ]);
  t.match((await only({ body: { type: "integer", minimum: 5, maximum: 4 } })).assumptions, [/contradict/]);
});

await test("an operation is a Gherkin feature, whatever its texts say", async (t) => {
  for (const each of (await analyseApi(library)).operations) {
    const feature = parseGherkin(
      featureOf({ ...each, operation: { method: each.method, path: each.path, cases: each.apiCases } }),
    );
    t.equal(scenariosOf(feature).length, each.cases.length + each.apiCases.length, each.title);
  }
});
