import { test } from "tap";
import { until } from "../../helpers/system.ts";
import { TestSystem } from "../../helpers/test-system.ts";
import { GithubServer } from "./github-server.ts";
import { refusals } from "./github-shapes.ts";
import { ticket } from "./inputs.ts";

const ESCALATED = "agents.servicedesk.ticket.escalated";
const CREATED = "agents.devops.issue.created";
const API = "/api/devops";

/** A repository of its own on a local GitHub, and what tells the agent of it. */
async function repository(t: { teardown(work: () => void): void }) {
  const github = await GithubServer.start(t);
  const env = {
    DEVOPS_GITHUB_REPOSITORY: "octo/hello",
    DEVOPS_GITHUB_TOKEN: "t0ken",
    DEVOPS_GITHUB_API: github.url,
  };
  return { github, env };
}

/** Waits until so many issues are held. */
async function heldOf(
  agent: { get(path: string): Promise<{ body: Record<string, unknown> }> },
  count: number,
) {
  let items: Record<string, unknown>[] = [];
  await until(`${count} issues are held`, async () => {
    const { body } = await agent.get(`${API}/held-issues`);
    items = body["items"] as Record<string, unknown>[];
    return items.length === count;
  });
  return items;
}

await test("an issue that meets a rate limit is held, also over a crash, and created once when it is over, by one of two replicas", async (t) => {
  const system = await TestSystem.start(t, [CREATED]);
  const { github, env } = await repository(t);
  // Longer than all deliveries of an event in a test take: they would have made a dead letter of it.
  github.failures.push(refusals.secondary(8));
  const doomed = await system.agent("devops", env);
  const [first, second] = [crypto.randomUUID(), crypto.randomUUID()];
  await system.publish(ESCALATED, ticket, first);
  const [held] = await heldOf(doomed, 1);
  t.match(held, {
    title: /^1-Critical/,
    cause: { kind: "event", id: first },
    attempts: 1,
    reason: /secondary rate limit/,
  });
  t.ok(String(held?.["nextAttemptAt"]) > String(held?.["heldSince"]));
  await system.publish(ESCALATED, { ...ticket, title: "Nor in Hull" }, second);
  t.equal((await heldOf(doomed, 2)).length, 2);
  const page = await doomed.get(`${API}/held-issues?limit=1`);
  const rest = await doomed.get(`${API}/held-issues?limit=1&after=${String(page.body["next"])}`);
  t.match(
    [page.body, rest.body],
    [{ items: [{ cause: { id: second } }] }, { items: [{ cause: { id: first } }], next: null }],
  );
  t.equal(github.asked.length, 1, "the second one asked nothing");
  t.match(doomed.output(), /held an issue/);
  const later = await doomed.get(`${API}/health?correlationId=${String(held?.["correlationId"])}`);
  t.match(later.body, { later: { pending: 1, dueAt: held?.["nextAttemptAt"] } });
  await doomed.kill();

  const agent = await system.agent("devops", env);
  const replica = await system.agent("devops", env);
  const events = await system.until(CREATED, 2);
  t.same(new Set(events.map((event) => event.data.data.causationId)), new Set([first, second]));
  for (const event of events) t.match(event.data.data.payload, { cause: { eventType: ESCALATED } });
  await heldOf(agent, 0);
  t.match(agent.output() + replica.output(), /created an issue that was held/);
  t.ok(
    String(github.asked[1]?.at) >= String(held?.["nextAttemptAt"]),
    "nothing was asked while the limit lasted",
  );
  t.equal(github.asked.filter(({ method }) => method === "POST").length, 2);
  await Promise.all([system.replay(first, "devops"), system.replay(second, "devops")]);
  t.equal(github.issues.length, 2);
  t.equal(((await agent.get(`${API}/issues`)).body["items"] as unknown[]).length, 2);
  t.equal(system.seen.length, 2);
});

await test("a server that is away, and one that refuses what was held, is asked again later and less often", async (t) => {
  const system = await TestSystem.start(t, [CREATED]);
  const { github, env } = await repository(t);
  github.failures.push({ status: 502, body: { message: "Bad gateway" } }, refusals.badCredentials);
  const agent = await system.agent("devops", env);
  await system.publish(ESCALATED, ticket, crypto.randomUUID());
  await system.until(CREATED, 1);
  await heldOf(agent, 0);
  t.match(agent.output(), /Bad gateway[^]*Bad credentials/);
  t.equal(github.issues.length, 1);
  // One attempt each, and the one that found no earlier issue and made this one.
  t.strictSame(
    github.asked.map(({ method }) => method),
    ["GET", "GET", "GET", "POST"],
  );
});

await test("a request is told to come later: what a person asks for is not held", async (t) => {
  const system = await TestSystem.start(t, []);
  const { github, env } = await repository(t);
  github.failures.push(refusals.primary(Math.floor(Date.now() / 1000) + 600));
  const agent = await system.agent("devops", env);
  t.match(await agent.post(`${API}/issues`, { title: "x" }), {
    status: 503,
    body: { type: "urn:agents:problem:github-unavailable" },
  });
  t.match((await agent.get(`${API}/held-issues`)).body, { items: { length: 0 }, next: null });
});
