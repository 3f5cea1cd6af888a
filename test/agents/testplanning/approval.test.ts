import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { test } from "tap";
import type { RunningAgent } from "../../helpers/running-agent.ts";
import { pick } from "../../helpers/system.ts";
import { TestSystem } from "../../helpers/test-system.ts";

const ages = "Applicants between 18 and 65 years old, inclusive, are accepted.";
const vague = "The interface should be user friendly.";

interface Answer {
  readonly status: number;
  readonly etag: string | null;
  readonly replayed: boolean;
  readonly body: Record<string, unknown>;
}

async function ask(agent: RunningAgent, path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(`${agent.url}/api/testplanning${path}`, init);
  const text = await response.text();
  return {
    status: response.status,
    etag: response.headers.get("etag"),
    replayed: response.headers.get("idempotent-replayed") === "true",
    body: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>),
  };
}

function approve(
  agent: RunningAgent,
  specId: string,
  body: object,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const json = { "content-type": "application/json", ...headers };
  return ask(agent, `/specs/${specId}/approve`, {
    method: "POST",
    headers: json,
    body: JSON.stringify(body),
  });
}

async function specOf(agent: RunningAgent, requirement: string): Promise<string> {
  const { body } = await agent.post("/api/testplanning/execute", { requirement });
  return String(pick(body, "result", "specId"));
}

await test("a specification is approved once by each person, and says so wherever it is shown", async (t) => {
  const system = await TestSystem.start(t, []);
  const agent = await system.agent("testplanning");
  const specId = await specOf(agent, ages);
  const other = await specOf(agent, "The quantity must be between 1 and 10.");
  const path = `/specs/${specId}`;
  const before = await ask(agent, path);
  t.match(before, { etag: '"1"', body: { approved: false, approvals: { length: 0 } } });

  const first = await approve(agent, specId, { by: " Ada ", note: "for release 1" });
  t.match(first, {
    status: 200,
    etag: '"2"',
    body: {
      result: { specId, approved: true, approvals: [{ by: "Ada", note: "for release 1", at: /^20.*Z$/ }] },
      events: { length: 0 },
      generatedBy: null,
    },
  });
  const again = await approve(agent, specId, { by: "ada", note: "once more" });
  t.match(again, { status: 200, etag: '"2"' });
  t.strictSame(again.body["result"], first.body["result"], "twice by the same person changes nothing");
  t.match(await approve(agent, specId, { by: "Bob" }), {
    etag: '"3"',
    body: { result: { approvals: [{ by: "Ada" }, { by: "Bob", note: null }] } },
  });

  const after = await ask(agent, path);
  t.match(after, { etag: '"3"', body: { approved: true, approvals: [{ by: "Ada" }, { by: "Bob" }] } });
  t.match(await ask(agent, path, { headers: { "if-none-match": '"3"' } }), { status: 304 });
  const listed = async (query: string) =>
    ((await ask(agent, `/specs${query}`)).body["items"] as { specId: string }[]).map((row) => row.specId);
  t.strictSame(await listed("?approved=true"), [specId]);
  t.strictSame(await listed("?approved=false"), [other]);
  t.strictSame(await listed(""), [other, specId]);
  t.match((await ask(agent, "/specs")).body["items"], [
    { approved: false, approvedBy: { length: 0 } },
    { approved: true, approvedBy: ["Ada", "Bob"] },
  ]);
  t.match((await ask(agent, "/traceability")).body["items"], [
    { approved: false },
    { specId, approved: true },
  ]);
  t.match(await ask(agent, "/specs?approved=yes"), { status: 422, body: { errors: [{ path: "approved" }] } });
});

await test("pages of approved specifications go on where the one before has ended", async (t) => {
  const system = await TestSystem.start(t, []);
  const agent = await system.agent("testplanning");
  const ids: string[] = [];
  for (const most of [1, 2, 3, 4]) ids.unshift(await specOf(agent, `The value must be at most ${most}.`));
  for (const specId of ids.slice(1)) await approve(agent, specId, { by: "Ada" });
  const found: string[] = [];
  let after: string | null = "";
  while (after !== null) {
    const page = after === "" ? "" : `&after=${after}`;
    const { body } = await ask(agent, `/specs?approved=true&limit=2${page}`);
    const { items, next } = body as { items: { specId: string }[]; next: string | null };
    found.push(...items.map((row) => row.specId));
    after = next;
  }
  t.strictSame(found, ids.slice(1));
});

await test("an approval takes the version that it is meant for, and a key", async (t) => {
  const system = await TestSystem.start(t, []);
  const agent = await system.agent("testplanning");
  const specId = await specOf(agent, ages);
  t.match(await approve(agent, specId, { by: "Ada" }, { "if-match": '"2"' }), {
    status: 412,
    body: { type: "urn:agents:problem:precondition-failed", detail: /has the ETag "1"/ },
  });
  t.match(await approve(agent, specId, { by: "Ada" }, { "if-match": "*" }), { status: 200, etag: '"2"' });
  const key = { "idempotency-key": crypto.randomUUID(), "if-match": '"2"' };
  const first = await approve(agent, specId, { by: "Bob" }, key);
  t.match(first, { status: 200, etag: '"3"', replayed: false });
  const again = await approve(agent, specId, { by: "Bob" }, key);
  t.match(again, { status: 200, etag: '"3"', replayed: true });
  t.strictSame(again.body, first.body);
  t.match(await approve(agent, specId, { by: "Eve" }, key), {
    status: 422,
    body: { type: "urn:agents:problem:idempotency-key-reused" },
  });

  const names = ["Cy", "Dee", "Fay", "Guy"];
  const together = await Promise.all(
    names.map((by) => approve(agent, specId, { by }, { "if-match": '"3"' })),
  );
  t.strictSame(
    together.map(({ status }) => status).toSorted((a, b) => a - b),
    [200, 412, 412, 412],
    "one of them was first",
  );
  const twice = await Promise.all([1, 2].map(() => approve(agent, specId, { by: "Hal" })));
  t.match(twice, [
    { status: 200, etag: '"5"' },
    { status: 200, etag: '"5"' },
  ]);
});

await test("what cannot be approved is refused, and why", async (t) => {
  const system = await TestSystem.start(t, []);
  const agent = await system.agent("testplanning");
  const untestable = await specOf(agent, vague);
  t.match(await approve(agent, untestable, { by: "Ada" }), {
    status: 409,
    body: {
      type: "urn:agents:problem:spec-not-testable",
      title: "The specification cannot be tested",
      detail: /"user friendly" has no measure/,
      hint: /\w/,
    },
  });
  t.match((await ask(agent, `/specs/${untestable}`)).body, { approved: false });
  t.match(await approve(agent, "none", { by: "Ada" }, { "if-match": '"1"' }), {
    status: 404,
    body: { type: "urn:agents:problem:not-found", detail: "There is no test specification none." },
  });
  const specId = await specOf(agent, ages);
  for (const [body, path] of [
    [{}, "by"],
    [{ by: "  " }, "by"],
    [{ by: "x".repeat(101) }, "by"],
    [{ by: "Ada\u0000Bob" }, "by"],
    [{ by: "Ada\nBob" }, "by"],
    [{ by: "Ada\u2028Bob" }, "by"],
    [{ by: 1 }, "by"],
    [{ by: "Ada", note: "x".repeat(2001) }, "note"],
  ] as const)
    t.match(await approve(agent, specId, body), { status: 422, body: { errors: [{ path }] } });
  t.match(await ask(agent, `/specs/${specId}`), { etag: '"1"', body: { approved: false } });
});

await test("specifications from before there were approvals are read as not approved, and can be", async (t) => {
  const system = await TestSystem.start(t, []);
  const old = await system.agent("testplanning");
  const specId = await specOf(old, ages);
  await old.kill();
  const file = new DatabaseSync(join(system.dir, "agentsdb.db"));
  file.exec("drop table testplanning_approvals");
  file.exec("delete from testplanning_migration where name = '0002_approvals'");
  file.exec("delete from testplanning_projections where name = 'approvals'");
  file.close();

  const agent = await system.agent("testplanning");
  t.match(await ask(agent, `/specs/${specId}`), { etag: '"1"', body: { specId, approved: false } });
  t.match((await ask(agent, "/specs?approved=false")).body["items"], [{ specId }]);
  t.match(await approve(agent, specId, { by: "Ada" }), { status: 200, etag: '"2"' });
});

await test("the list of approvals that is made again from the streams is the one that there was", async (t) => {
  const system = await TestSystem.start(t, []);
  const doomed = await system.agent("testplanning");
  const specId = await specOf(doomed, ages);
  for (const by of ["Ada", "Bob"]) await approve(doomed, specId, { by, note: `by ${by}` });
  const before = await ask(doomed, `/specs/${specId}`);
  await doomed.kill();
  const file = new DatabaseSync(join(system.dir, "agentsdb.db"));
  file.exec("update testplanning_approvals set approved_by = 'Mallory'");
  file.exec("update testplanning_projections set version = 0");
  file.close();
  const agent = await system.agent("testplanning");
  t.strictSame(await ask(agent, `/specs/${specId}`), before);
});
