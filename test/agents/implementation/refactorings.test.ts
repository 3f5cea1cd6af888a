import { test } from "tap";
import {
  codeGeneratedPayload,
  refactoringSuggestedPayload,
} from "../../../src/agents/implementation/events.ts";
import { TestSystem } from "../../helpers/test-system.ts";
import { publishedFor } from "./published-for.ts";

const CODE = "agents.implementation.code.generated";
const REFACTORING = "agents.implementation.refactoring.suggested";
const API = "/api/implementation";

const early = "export function f(x) {\n  if (x > 1) return true;\n  return false;\n}\n";
const loose = "if (typeof a == 'string') go();\n";
const files = [
  { file: "src/a.ts", content: early },
  { file: "src/b.ts", content: loose },
  { file: "src/c.ts", content: "go();\n" },
];

/** The whole suggestion: who worded it stands beside the result. */
function suggestionIn(body: Record<string, unknown>): ReturnType<typeof refactoringSuggestedPayload.parse> {
  const { suggestion } = body["result"] as { suggestion: object };
  return refactoringSuggestedPayload.parse({ ...suggestion, generatedBy: body["generatedBy"] });
}

await test("several files and a goal are one proposal, that a person applies once", async (t) => {
  const system = await TestSystem.start(t, [REFACTORING, CODE]);
  const agent = await system.agent("implementation");
  const goal = "easier to read, and 50 % faster";
  const proposed = await agent.post(`${API}/refactorings`, { files, goal });
  const suggestion = suggestionIn(proposed.body);
  t.match(suggestion, {
    file: "src/a.ts",
    files: [
      { file: "src/a.ts", complexity: { before: 2, after: 1 } },
      { file: "src/b.ts", complexity: { before: 2, after: 2 } },
    ],
    complexity: { before: 4, after: 3 },
    rules: [
      { rule: "return-condition", file: "src/a.ts", line: 2 },
      { rule: "strict-typeof", file: "src/b.ts", line: 1 },
    ],
    goal,
    omitted: 0,
  });
  t.notMatch(suggestion.rationale, /faster|50/);
  t.strictSame((await system.until(REFACTORING, 1))[0]?.data.data.payload, suggestion);

  const path = `${API}/refactorings/${suggestion.suggestionId}`;
  const waiting = await agent.get(path);
  t.match(waiting.body, { state: "proposed", applied: null, artefact: null });
  t.strictSame((waiting.body as { suggestion: unknown }).suggestion, suggestion, "the diff included");

  const refused = await agent.post(`${path}/apply`, {});
  t.match(refused, { status: 409, body: { type: "urn:agents:problem:approval-required" } });
  for (const nobody of ["  ", "\u200b\u2060"])
    t.match(
      await agent.post(`${path}/apply`, { approvedBy: nobody }),
      { status: 409 },
      JSON.stringify(nobody),
    );
  t.match(await agent.post(`${path}/apply`, { approvedBy: 7 }), {
    status: 422,
    body: { errors: [{ path: "approvedBy" }] },
  });
  const other = [{ file: "src/a.ts", content: `${early}// more\n` }, ...files.slice(1)];
  t.match(await agent.post(`${path}/apply`, { approvedBy: "ada", files: other }), {
    status: 409,
    body: { type: "urn:agents:problem:content-changed", detail: /src\/a\.ts has another content/ },
  });
  t.match(await agent.post(`${path}/apply`, { approvedBy: "ada", files: files.slice(1) }), {
    status: 409,
    body: { type: "urn:agents:problem:content-changed", detail: /src\/a\.ts is not there/ },
  });
  t.match((await agent.get(path)).body, { state: "proposed" }, "nothing of that has applied it");

  const [one, two] = await Promise.all(
    ["ada", "bob"].map((approvedBy) => agent.post(`${path}/apply`, { approvedBy, files })),
  );
  t.match(one, { status: 200, body: { events: { length: 0 }, generatedBy: "sample" } });
  t.strictSame(two?.body["result"], one?.body["result"], "two at once: one has approved it");
  t.match(one?.body["result"], {
    state: "applied",
    applied: {
      approvedBy: /^(?:ada|bob)$/,
      appliedAt: /Z$/,
      artefact: null,
      files: [
        { file: "src/a.ts", content: "export function f(x) {\n  return x > 1;\n}\n" },
        { file: "src/b.ts", content: "if (typeof a === 'string') go();\n" },
      ],
    },
  });
  t.match((await agent.get(path)).body, Object(one?.body["result"]));
  t.match((await agent.get(`${API}/refactorings?state=applied`)).body, {
    items: [{ refactoringId: suggestion.suggestionId, state: "applied", approvedBy: /^(?:ada|bob)$/, goal }],
    next: null,
  });
  t.match((await agent.get(`${API}/refactorings?state=proposed`)).body, { items: { length: 0 } });
  t.strictSame(
    (await agent.post(`${path}/apply`, { approvedBy: "eve" })).body["result"],
    one?.body["result"],
  );
  t.match(await agent.post(`${path}/apply`, { approvedBy: "ada", files: other }), {
    status: 409,
    body: { type: "urn:agents:problem:already-applied" },
  });
  t.match(await agent.post(`${API}/refactorings/none/apply`, { approvedBy: "ada" }), { status: 404 });
  t.match(await agent.get(`${API}/refactorings/none`), { status: 404 });
});

await test("an application takes an ETag and an idempotency key", async (t) => {
  const system = await TestSystem.start(t, []);
  const agent = await system.agent("implementation");
  const proposed = await agent.post(`${API}/refactorings`, { files });
  const url = `${agent.url}${API}/refactorings/${suggestionIn(proposed.body).suggestionId}`;
  const apply = (headers: Readonly<Record<string, string>>): Promise<Response> =>
    fetch(`${url}/apply`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: '{"approvedBy":"ada"}',
    });
  t.equal((await fetch(url)).headers.get("etag"), '"1"');
  t.equal((await apply({ "if-match": '"2"' })).status, 412);
  const key = { "if-match": '"1"', "idempotency-key": crypto.randomUUID() };
  const first = await apply(key);
  t.equal(first.headers.get("etag"), '"2"');
  const again = await apply(key);
  t.equal(again.headers.get("idempotent-replayed"), "true");
  t.strictSame(await again.json(), await first.json());
  t.equal((await apply({ "if-match": '"1"' })).status, 412);
  t.equal((await fetch(url, { headers: { "if-none-match": '"2"' } })).status, 304);
});

await test("a proposal for an artefact becomes its next version, unless it has changed since", async (t) => {
  const system = await TestSystem.start(t, [CODE]);
  const agent = await system.agent("implementation");
  const spec = publishedFor("The quantity must be a multiple of 5.", "spec-quantity");
  const made = await agent.post(`${API}/execute`, { spec });
  const { artefactId } = codeGeneratedPayload.omit({ generatedBy: true }).parse(made.body["result"]);
  const propose = async (): Promise<string> =>
    suggestionIn((await agent.post(`${API}/refactorings`, { artefactId, goal: "Return-Condition" })).body)
      .suggestionId;
  const [first, second] = [await propose(), await propose()];
  const applied = await agent.post(`${API}/refactorings/${first}/apply`, { approvedBy: "ada" });
  t.match(applied.body, {
    events: [{ eventType: CODE }],
    result: { artefact: { artefactId, version: 1 }, applied: { artefact: { artefactId, version: 2 } } },
  });
  const now = codeGeneratedPayload
    .omit({ generatedBy: true })
    .parse((await agent.get(`${API}/artefacts/${artefactId}`)).body);
  t.match(now, { version: 2, approval: { refactoringId: first, approvedBy: "ada" } });
  t.match(now.files[0]?.content, /return !\(value % 5 !== 0\);/);
  const published = codeGeneratedPayload.parse((await system.until(CODE, 2))[1]?.data.data.payload);
  t.match(published, { version: 2, approval: { approvedBy: "ada" }, files: now.files });

  t.match(await agent.post(`${API}/refactorings/${second}/apply`, { approvedBy: "ada" }), {
    status: 409,
    body: { type: "urn:agents:problem:content-changed" },
  });
  const again = await agent.post(`${API}/refactorings/${first}/apply`, { approvedBy: "ada" });
  t.match(again.body, { events: { length: 0 }, result: { applied: { artefact: { version: 2 } } } });
  const nothing = await agent.post(`${API}/refactorings`, { artefactId, goal: "not-in" });
  t.match(nothing.body["result"], { found: false, suggestion: null });
  t.match(await agent.post(`${API}/refactorings`, { artefactId: "none" }), { status: 404 });
});

await test("paths and files that no diff should name are refused with their place", async (t) => {
  const system = await TestSystem.start(t, []);
  const agent = await system.agent("implementation");
  const send = (body: unknown) => agent.post(`${API}/refactorings`, body);
  const hostile = [
    "/etc/a.ts",
    "../a.ts",
    "a/../../b.ts",
    "a\u0000.ts",
    "a\r\n+++ b/x.ts",
    "a\\b.ts",
    "C:/a.ts",
  ];
  for (const file of [...hostile, ".git/hooks/a.ts", "a//b.ts", "./a.ts", "a/", "", "\ud800.ts"]) {
    const answer = await send({ files: [files[0], { file, content: loose }] });
    t.match(answer, { status: 422, body: { errors: [{ path: "files[1].file" }] } }, JSON.stringify(file));
    t.match(await send({ file, content: loose }), { status: 422, body: { errors: [{ path: "file" }] } });
  }
  const refused: readonly (readonly [unknown, string])[] = [
    [{ files: [files[0], files[0]] }, "files[1].file"],
    [{ files: [files[0], { file: "src/a.ts/b.ts", content: loose }] }, "files[0].file"],
    [{ files: [] }, "files"],
    [{ files: Array.from({ length: 101 }, (_, at) => ({ file: `${at}.ts`, content: "" })) }, "files"],
    [{ files: [1, 2].map((at) => ({ file: `${at}.ts`, content: "x".repeat(600_000) })) }, "files"],
    [{ files: [{ file: "a.ts", content: "a\u0000b" }] }, "files[0].content"],
    [{ files: [files[0], { file: "a.zig", content: loose }] }, "files[1].language"],
    [{ file: "a.ts" }, "content"],
    [{ file: "a.ts", content: loose, files }, "file"],
    [{}, "file"],
    [{ files, goal: "x".repeat(501) }, "goal"],
  ];
  for (const [body, path] of refused)
    t.match(await send(body), { status: 422, body: { errors: [{ path }] } }, path);
});

await test("findings of all reviews are listed by kind, severity and place", async (t) => {
  const system = await TestSystem.start(t, []);
  const agent = await system.agent("implementation");
  const review = async (file: string, line: string): Promise<void> => {
    const diff = `--- a/${file}\n+++ b/${file}\n@@ -1 +1,2 @@\n a();\n+${line}\n`;
    t.equal((await agent.post(`${API}/reviews`, { diff })).status, 200);
  };
  await review("src/a.ts", "db.query(`SELECT * FROM u WHERE n='${name}'`);");
  await review("src/b.py", "pickle.loads(data)");
  await review("srcs/c.ts", "node.innerHTML = user.bio;");
  await review("d.ts", "go();");
  const listed = async (query: string): Promise<string[]> => {
    const { body } = await agent.get(`${API}/findings${query}`);
    return (body["items"] as { file: string }[]).map(({ file }) => file);
  };
  t.strictSame(await listed(""), ["srcs/c.ts", "src/b.py", "src/a.ts"]);
  t.strictSame(await listed("?cwe=CWE-89"), ["src/a.ts"]);
  t.strictSame(await listed("?severity=critical"), ["src/b.py"]);
  t.strictSame(await listed("?file=src/"), ["src/b.py", "src/a.ts"]);
  t.strictSame(await listed("?file=src/a.ts&severity=low"), []);
  const [finding] = (await agent.get(`${API}/findings?file=src/a.ts`)).body["items"] as unknown[];
  t.match(finding, {
    cwe: "CWE-89",
    line: 2,
    severity: "high",
    reviewId: /^[0-9a-f-]{36}$/,
    createdAt: /Z$/,
  });
  t.match(await agent.get(`${API}/findings?severity=bad`), { status: 422 });
});

await test("the summary of a review says that not all lines were read", async (t) => {
  const system = await TestSystem.start(t, []);
  const agent = await system.agent("implementation");
  const diff = `--- a/a.ts\n+++ b/a.ts\n@@ -1 +1,2 @@\n a();\n+${"x".repeat(1001)}\n`;
  const { body } = await agent.post(`${API}/reviews`, { diff });
  t.match(body["result"], { verdict: "no-findings", summary: /Not all lines were read/ });
  const short = await agent.post(`${API}/reviews`, { diff: diff.replace("x".repeat(1001), "x") });
  t.notMatch((short.body["result"] as { summary: string }).summary, /Not all/);
});
