import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { z } from "zod";
import { REPO } from "../../helpers/cli.ts";

/** Queries that answer with something of which there are many, and not in pages. */
const NO_PAGES: Readonly<Record<string, string>> = {
  "/api/bimclassification/codes": "a closed table, of one edition, which does not grow",
  "/api/bimclassification/elements/{elementId}/history":
    "what became of one element, which its state is told from",
  "/api/notification/recipients/{recipient}/preferences": "what one recipient has said, as it was given",
  "/api/notification/stats": "counts, of as many channels as there are",
  "/api/servicedesk/knowledge":
    "the best finds of a search: their ranks move with each article, so no cursor holds",
  "/api/testplanning/specs/{specId}/coverage": "one computed report, with the cases of one specification",
};
/** The kit's own, of every agent that has projections: as many as its program has. */
const OF_THE_KIT = /^\/api\/[^/]+\/projections$/;

const schema = z.looseObject({ type: z.union([z.string(), z.array(z.string())]).optional() });
const object = z.looseObject({
  type: z.literal("object"),
  required: z.array(z.string()).default([]),
  properties: z.record(z.string(), schema).default({}),
});
const parameter = z.looseObject({ name: z.string(), in: z.string(), required: z.boolean(), schema });
const operation = z.looseObject({
  parameters: z.array(parameter).default([]),
  responses: z.looseObject({
    "200": z.looseObject({
      content: z.looseObject({ "application/json": z.looseObject({ schema: z.unknown() }) }),
    }),
  }),
});
const document = z.looseObject({
  paths: z.record(z.string(), z.looseObject({ get: operation.optional() })),
  components: z.looseObject({ schemas: z.record(z.string(), z.unknown()) }),
});

interface Query {
  readonly path: string;
  readonly parameters: readonly z.infer<typeof parameter>[];
  readonly answer: z.infer<typeof object>;
}

/** The queries of all agents, as their documents say. */
const queries: readonly Query[] = readdirSync(join(REPO, "docs/openapi")).flatMap((file) => {
  const { paths, components } = document.parse(
    JSON.parse(readFileSync(join(REPO, "docs/openapi", file), "utf8")),
  );
  return Object.entries(paths).flatMap(([path, { get }]) => {
    if (get === undefined) return [];
    const given = get.responses["200"].content["application/json"].schema;
    const { $ref } = z.looseObject({ $ref: z.string().optional() }).parse(given);
    const found = $ref === undefined ? given : components.schemas[$ref.split("/").at(-1) ?? ""];
    return [{ path, parameters: get.parameters, answer: object.parse(found) }];
  });
});

function isMany({ type }: z.infer<typeof schema> = {}): boolean {
  return type === "array";
}

/** A path that ends in an id leads to one thing, whatever lists it has in it. */
function isList({ path, parameters, answer }: Query): boolean {
  if (isMany(answer.properties["items"]) || parameters.some(({ name }) => name === "limit")) return true;
  return !path.endsWith("}") && Object.values(answer.properties).some(isMany);
}

await test("every list is asked for and answered in the same way", async (t) => {
  const lists = queries.filter((query) => isList(query));
  const inPages = lists.filter(({ path }) => NO_PAGES[path] === undefined && !OF_THE_KIT.test(path));
  t.ok(inPages.length > 12, `${inPages.length} lists`);
  for (const { path, parameters, answer } of inPages) {
    const given = (wanted: string) => parameters.find(({ name }) => name === wanted);
    t.match(
      given("limit"),
      {
        in: "query",
        required: false,
        schema: { type: "integer", minimum: 1, maximum: Number, default: Number },
      },
      `${path} tells how much it gives`,
    );
    t.match(given("after"), { in: "query", required: false, schema: { type: "string" } }, `${path} goes on`);
    t.match(
      answer.properties,
      { items: { type: "array" }, next: { type: ["string", "null"] } },
      `${path} answers with a page`,
    );
    t.strictSame(
      ["items", "next"].filter((name) => !answer.required.includes(name)),
      [],
      `${path} always says whether there is more`,
    );
  }
});

await test("no list has a way of its own beside that", async (t) => {
  const others = new Set(["before", "cursor", "offset", "page", "pageSize", "skip", "top", "since_id"]);
  for (const { path, parameters } of queries)
    t.strictSame(
      parameters.filter(({ name }) => others.has(name)),
      [],
      path,
    );
  const known = queries.filter((query) => isList(query)).map(({ path }) => path);
  for (const path of Object.keys(NO_PAGES)) {
    t.ok(known.includes(path), `${path} is still there, and has something of which there are many`);
    const query = queries.find((each) => each.path === path);
    t.notOk(
      query?.parameters.some(({ name }) => name === "after"),
      `${path} is not read in pages`,
    );
  }
});
