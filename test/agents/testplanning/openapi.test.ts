import { readFile } from "node:fs/promises";
import { test } from "tap";
import { specGeneratedPayload } from "../../../src/agents/testplanning/events.ts";
import type { SpecGeneratedPayload } from "../../../src/agents/testplanning/events.ts";
import { codeGeneratedPayload } from "../../../src/agents/implementation/events.ts";
import { TestSystem } from "../../helpers/test-system.ts";
import { runGenerated } from "../implementation/domain/run-generated.ts";
import { scriptedOllama } from "../kit/helpers/scripted-ollama.ts";

const SPEC = "agents.testplanning.spec.generated";
const CODE = "agents.implementation.code.generated";
const path = "/api/testplanning/openapi";
const library = await readFile(new URL("domain/openapi/library.yaml", import.meta.url), "utf8");

type Requested = NonNullable<NonNullable<SpecGeneratedPayload["operation"]>["cases"][number]["request"]>;

/** Long values are written short. */
function expanded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(expanded);
  if (typeof value !== "object" || value === null) return value;
  const { $repeat, $times } = value as { $repeat?: unknown; $times?: unknown };
  if (typeof $repeat === "string") return $repeat.repeat(Number($times));
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, expanded(each)]));
}

/** As it stands in a URL or a header. */
function written(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Sends a request of a specification as a client of the API would. */
async function send(base: string, method: string, template: string, request: Requested): Promise<Response> {
  const { path: names, query, headers, body } = expanded(request) as Requested;
  const target = template.replaceAll(/\{([^}]+)\}/gu, (_, name: string) =>
    encodeURIComponent(written(names[name])),
  );
  const search = new URLSearchParams(
    Object.fromEntries(Object.entries(query).map(([name, value]) => [name, written(value)])),
  );
  return await fetch(`${base}${target}?${search.toString()}`, {
    method,
    headers: {
      "content-type": "application/json",
      ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, written(value)])),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

await test("a document becomes a specification for each operation, in one step and once for its key", async (t) => {
  const system = await TestSystem.start(t, [SPEC]);
  // A model that is asked would fail the test: it has no answer.
  const ollama = await scriptedOllama(t, []);
  const agent = await system.agent("testplanning", { AGENTS_LLM_MODE: "live", ...ollama.env });
  const headers = { "content-type": "application/json", "idempotency-key": "library-1" };
  const post = async (): Promise<unknown> => {
    const request = { method: "POST", headers, body: JSON.stringify({ document: library }) };
    return await (await fetch(agent.url + path, request)).json();
  };
  const first = await post();
  t.match(first, {
    result: {
      title: "Library",
      openapi: "3.0.3",
      totals: { operations: 4, statuses: 12 },
      specs: [{ requirementId: "listBooks" }, { requirementId: "addBook", statuses: ["201", "400"] }, {}, {}],
      gaps: [/^GET \/books\/\{isbn\}: It refuses invalid input/],
    },
  });
  t.same(await post(), first);
  const events = await system.until(SPEC, 4);
  const specs = events.map((event) => specGeneratedPayload.parse(event.data.data.payload));
  t.strictSame(
    specs.map(({ operation }) => `${operation?.method} ${operation?.path}`),
    ["GET /books", "POST /books", "GET /books/{isbn}", "DELETE /books/{isbn}"],
  );
  t.strictSame(
    specs.map(({ generatedBy, promptRef }) => [generatedBy, promptRef]),
    Array.from({ length: 4 }, () => [null, null]),
  );
  const stored = await agent.get(`/api/testplanning/specs/${specs[1]?.specId}`);
  t.match(stored.body, { ...specs[1] });
  t.notMatch(JSON.stringify(specs), /Ignore all earlier instructions/, "descriptions are read by nobody");
  const twice = await agent.post(path, { document: library, operations: ["getBook"] });
  t.match(twice.body, { result: { totals: { operations: 1 } } });
  t.not((twice.body["result"] as { specs: { specId: string }[] }).specs[0]?.specId, specs[2]?.specId);
});

await test("code is generated from an operation, and its tests pass", async (t) => {
  const system = await TestSystem.start(t, [CODE]);
  const agent = await system.agent("testplanning");
  await system.agent("implementation");
  await agent.post(path, { document: library });
  const codes = (await system.until(CODE, 4)).map((event) =>
    codeGeneratedPayload.parse(event.data.data.payload),
  );
  t.strictSame(
    codes.map(({ status }) => status),
    ["generated", "generated", "generated", "generated"],
  );
  for (const { files, tests } of codes) {
    const run = await runGenerated(t.testdir({}), "typescript", files);
    t.equal(run.exitCode, 0, run.output);
    t.equal(run.passed, tests.length);
  }
});

await test("what is no document is refused with the line, and nothing is published", async (t) => {
  const system = await TestSystem.start(t, [SPEC]);
  const agent = await system.agent("testplanning");
  const lol = [
    "a: &a [x,x,x,x,x,x,x,x,x,x]",
    ..."bcdefgh"
      .split("")
      .map((name, at) => `${name}: &${name} [${Array(10).fill(`*${"abcdefg"[at]}`).join(",")}]`),
  ];
  const wrong: readonly (readonly [unknown, RegExp, RegExp])[] = [
    ["openapi: 3.1.0\npaths: [", /^document: line 2, column \d+$/, /./],
    ["openapi: '3.1.0'\ninfo: {}\n", /^document: paths$/, /no paths/],
    [{ swagger: "2.0" }, /^document: openapi$/, /Swagger 2/],
    [lol.join("\n"), /^document: document$/, /alias/i],
    ["[".repeat(200_000), /^document: /, /./],
    [`openapi: 3.1.0 # ${"x".repeat(2_000_001)}`, /^document: document$/, /more than 2000000/],
    [7, /^document/, /./],
  ];
  for (const [document, where, message] of wrong) {
    const { status, body } = await agent.post(path, { document });
    t.equal(status, 422, JSON.stringify(body).slice(0, 200));
    t.match(body["errors"], [{ path: where, message }], String(where));
  }
  t.equal(system.seen.length, 0);
});

await test("the requests that are derived from an agent's own document have the statuses that they name", async (t) => {
  const system = await TestSystem.start(t, []);
  const planner = await system.agent("testplanning");
  const desk = await system.agent("servicedesk");
  const { body: document } = await desk.get("/openapi.json");
  const { body } = await planner.post(path, { document });
  const { specs } = body["result"] as { specs: { specId: string; path: string }[] };
  let [accepted, refused] = [0, 0];
  for (const { specId } of specs.filter((each) => !each.path.includes("{"))) {
    const spec = specGeneratedPayload.parse((await planner.get(`/api/testplanning/specs/${specId}`)).body);
    const { method = "", path: template = "", cases = [] } = spec.operation ?? {};
    for (const { request, status, title, caseId } of cases) {
      if (request === null || caseId === null) continue;
      const response = await send(desk.url, method, template, request);
      await response.arrayBuffer();
      const [least, most] = status === "200" ? [200, 200] : [400, 499];
      // What a schema cannot say may still be refused: that a key was used before, that a cursor is none.
      const also = /Idempotency-Key|after in the query|priority in the query/u.test(title);
      t.ok(also ? response.status < 500 : response.status >= least && response.status <= most, title);
      if (response.status === 200) accepted += 1;
      else refused += 1;
    }
  }
  t.ok(accepted > 30 && refused > 50, `${accepted} accepted, ${refused} refused`);
});
