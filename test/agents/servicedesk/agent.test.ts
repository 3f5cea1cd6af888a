import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { test } from "tap";
import {
  solutionSuggestedPayload,
  ticketEscalatedPayload,
  ticketTriagedPayload,
} from "../../../src/agents/servicedesk/events.ts";
import { TestSystem } from "../../helpers/test-system.ts";
import { statementsNotSeen } from "../kit/tsql/sites.ts";
import { ask, idOf, LEEDS } from "./ask.ts";

const CREATED = "agents.servicedesk.ticket.created";
const TRIAGED = "agents.servicedesk.ticket.triaged";
const SUGGESTED = "agents.servicedesk.solution.suggested";
const ESCALATED = "agents.servicedesk.ticket.escalated";
const FAILED = "agents.notification.delivery.failed";

await test("an outage is triaged as critical and escalated at once, without a model; a repetition adds nothing", async (t) => {
  const system = await TestSystem.start(t, [CREATED, TRIAGED, ESCALATED]);
  const agent = await system.agent("servicedesk");
  const headers = { "idempotency-key": "leeds-1" };
  const answer = await ask(agent, "POST", "/execute", { body: LEEDS, headers });
  t.match(answer, {
    status: 200,
    etag: '"3"',
    body: {
      result: {
        at: "escalated",
        priority: "1-Critical",
        impact: "high",
        urgency: "high",
        category: "access",
        affectedUsers: 120,
        escalated: true,
        escalation: { team: "major-incident", rule: "critical" },
        decidedBy: "rules",
      },
      events: [{ eventType: CREATED }, { eventType: TRIAGED }, { eventType: ESCALATED }],
      generatedBy: "sample",
      promptRef: /^triage-ticket@/,
    },
  });
  const [escalated] = await system.until(ESCALATED, 1);
  t.match(ticketEscalatedPayload.parse(escalated?.data.data.payload), {
    ...LEEDS,
    priority: "1-Critical",
    rank: 1,
  });
  t.equal(escalated?.data.data.correlationId, answer.body["correlationId"]);
  const triaged = ticketTriagedPayload.parse((await system.until(TRIAGED, 1))[0]?.data.data.payload);
  for (const quote of triaged.evidence) t.ok(`${LEEDS.title}\n${LEEDS.body}`.includes(quote), quote);

  t.strictSame((await ask(agent, "POST", "/execute", { body: LEEDS, headers })).body, answer.body);
  const page = await ask(agent, "GET", "/tickets");
  t.match(page.body, {
    items: [{ ticketId: idOf(answer), priority: "1-Critical", at: "escalated" }],
    next: null,
  });
  t.strictSame(system.seen.map(({ type }) => type).toSorted(), [CREATED, ESCALATED, TRIAGED]);
  const sla = await ask(agent, "GET", `/tickets/${idOf(answer)}/sla`);
  t.match(sla.body, { clock: "always", response: { state: "running" }, resolution: { state: "running" } });
  const left = (sla.body["resolution"] as { minutesLeft: number }).minutesLeft;
  t.ok(left > 230 && left <= 240, `${left} minutes of 240 are left`);
});

await test("a ticket is worked on step by step, and only as the caller knows it", async (t) => {
  const system = await TestSystem.start(t, [TRIAGED, SUGGESTED, ESCALATED]);
  const agent = await system.agent("servicedesk");
  const articles = {
    "unlock-account": [
      "Unlock an account",
      "A locked account unlocks after 30 minutes. For less, call the desk.",
    ],
    "reset-vpn": ["Reset the VPN client", "Close the VPN client, delete its profile, and sign in again."],
  };
  for (const [articleId, [title, body]] of Object.entries(articles)) {
    const put = await ask(agent, "PUT", `/knowledge/${articleId}`, { body: { title, body } });
    t.match(put, { status: 200, etag: '"1"', body: { result: { articleId, version: 1 } } });
  }
  const again = { body: { title: "Reset the VPN client", body: "Restart the VPN client." } };
  t.match(await ask(agent, "PUT", "/knowledge/reset-vpn", { ...again, headers: { "if-match": '"0"' } }), {
    status: 412,
  });
  t.match(await ask(agent, "PUT", "/knowledge/reset-vpn", { ...again, headers: { "if-match": '"1"' } }), {
    etag: '"2"',
  });
  t.match(await ask(agent, "GET", "/knowledge/reset-vpn"), { body: { body: "Restart the VPN client." } });

  const body = {
    title: "Locked account",
    body: "My account is locked since the holidays.",
    requester: "ada@example.org",
  };
  const submitted = await ask(agent, "POST", "/tickets", { body });
  const path = `/tickets/${idOf(submitted)}`;
  t.match(submitted, { etag: '"1"', body: { result: { at: "new", priority: null, sla: null } } });
  t.match(await ask(agent, "GET", "/tickets"), { body: { items: [{ at: "new", rank: 0, priority: null }] } });
  t.match(await ask(agent, "GET", `${path}/sla`), { status: 409, body: { detail: /not triaged/ } });
  t.match(await ask(agent, "POST", `${path}/suggestions`, { body: {} }), { status: 409 });
  t.match(await ask(agent, "POST", `${path}/triage`, { body: {}, headers: { "if-match": '"7"' } }), {
    status: 412,
    body: { type: "urn:agents:problem:precondition-failed" },
  });
  t.match(await ask(agent, "POST", `${path}/triage`, { body: {}, headers: { "if-match": '"1"' } }), {
    etag: '"2"',
    body: { result: { at: "triaged", priority: "4-Low", category: "access", escalated: false } },
  });
  t.match(await ask(agent, "POST", `${path}/triage`, { body: {} }), {
    etag: '"2"',
    body: { events: { length: 0 } },
  });

  const suggested = await ask(agent, "POST", `${path}/suggestions`, { body: {} });
  t.match(suggested.body, {
    result: {
      suggestion: {
        articles: [{ articleId: "unlock-account" }],
        text: /unlocks after 30 minutes/,
        by: "template",
      },
    },
  });
  const [event] = await system.until(SUGGESTED, 1);
  t.match(solutionSuggestedPayload.parse(event?.data.data.payload), {
    articles: [{ articleId: "unlock-account" }],
  });
  t.match((await ask(agent, "GET", `${path}/sla`)).body, {
    response: { state: "met" },
    resolution: { state: "running" },
  });

  const override = { priority: "1-Critical", reason: "It is the account of the pay roll." };
  t.match(await ask(agent, "PUT", `${path}/priority`, { body: { ...override, priority: "P1" } }), {
    status: 422,
    body: { errors: [{ path: "priority", message: /there are 1-Critical, 2-High/ }] },
  });
  t.match(await ask(agent, "PUT", `${path}/priority`, { body: override }), {
    body: { result: { at: "escalated", priority: "1-Critical", overridden: true, sla: { clock: "always" } } },
  });
  t.match(ticketTriagedPayload.parse((await system.until(TRIAGED, 2))[1]?.data.data.payload), {
    decidedBy: "person",
    reason: override.reason,
    impact: "low",
  });
  await system.until(ESCALATED, 1);
  t.match(await ask(agent, "POST", `${path}/escalation`, { body: { reason: "again" } }), {
    body: { events: { length: 0 } },
  });
  t.match(await ask(agent, "POST", `${path}/escalation`, { body: { reason: "again", team: "network" } }), {
    status: 409,
    body: { detail: /escalated to major-incident already/ },
  });
  const resolution = "The account of the payroll was unlocked by hand.";
  t.match(await ask(agent, "POST", `${path}/resolution`, { body: { resolution } }), {
    body: { result: { at: "resolved", resolution }, generatedBy: "sample", promptRef: /^triage-ticket@/ },
  });
  t.match(await ask(agent, "POST", `${path}/escalation`, { body: { reason: "too late" } }), {
    status: 409,
    body: { type: "urn:agents:problem:conflict", detail: /resolved/ },
  });
  t.match((await ask(agent, "GET", path)).body["timeline"], [
    { what: "submitted" },
    { what: "triaged" },
    { what: "solution-suggested" },
    { what: "priority-overridden" },
    { what: "escalated" },
    { what: "resolved" },
  ]);
  t.same((await ask(agent, "GET", "/tickets")).body["items"], []);
  t.match((await ask(agent, "GET", "/tickets?at=resolved")).body, { items: [{ at: "resolved" }] });
  t.match((await ask(agent, "GET", "/knowledge?q=payroll+unlocked")).body, {
    items: [{ articleId: `ticket:${idOf(submitted)}`, body: resolution }],
  });
  const bySymptom = (await ask(agent, "GET", "/knowledge?q=holiday")).body["items"];
  t.match(bySymptom, [{ articleId: `ticket:${idOf(submitted)}`, body: resolution }], "by its own words, too");

  const missing = crypto.randomUUID();
  for (const [method, where, sent] of [
    ["GET", `/tickets/${missing}`, undefined],
    ["GET", `/tickets/${missing}/sla`, undefined],
    ["POST", `/tickets/${missing}/triage`, {}],
    ["POST", `/tickets/${missing}/resolution`, { resolution: "x" }],
    ["GET", "/knowledge/nothing", undefined],
  ] as const) {
    const answer = await ask(agent, method, where, sent === undefined ? {} : { body: sent });
    t.match(answer, { status: 404, body: { type: "urn:agents:problem:not-found" } }, `${method} ${where}`);
  }
});

await test("the queue comes in pages, the most pressing first, and is made again from the tickets as it was", async (t) => {
  const system = await TestSystem.start(t, []);
  const agent = await system.agent("servicedesk");
  const bodies = [
    "My mouse is slow.",
    "I cannot log in.",
    "Please install Excel.",
    LEEDS.body,
    "My screen is slow.",
  ];
  for (const body of bodies) {
    t.equal((await ask(agent, "POST", "/execute", { body: { title: body.slice(0, 20), body } })).status, 200);
  }
  await ask(agent, "POST", "/tickets", { body: { title: "not triaged", body: "?" } });
  const pages: Record<string, unknown>[] = [];
  for (let after = ""; ;) {
    const { body } = await ask(agent, "GET", `/tickets?limit=2${after === "" ? "" : `&after=${after}`}`);
    pages.push(body);
    if (body["next"] === null) break;
    after = body["next"] as string;
  }
  t.match(pages, [
    { items: [{ title: "not triaged" }, { priority: "1-Critical" }] },
    { items: [{ priority: "3-Moderate" }, { title: "My mouse is slow." }] },
    { items: [{ title: "My screen is slow." }, { priority: "5-Planning" }], next: null },
  ]);
  t.match((await ask(agent, "GET", "/tickets?priority=4-Low&category=hardware")).body, {
    items: [{ title: "My mouse is slow." }, { title: "My screen is slow." }],
  });
  t.match(await ask(agent, "GET", "/tickets?after=x"), {
    status: 422,
    body: { errors: [{ path: "after" }] },
  });
  const search = await ask(agent, "GET", "/knowledge?q=mouse");
  t.match(search.body, { items: { length: 0 } }, "a ticket that is not resolved answers nothing");

  await agent.kill();
  const file = new DatabaseSync(join(system.dir, "agentsdb.db"));
  file.exec(
    "delete from servicedesk_queue where priority_rank > 3; update servicedesk_queue set priority_rank = 9",
  );
  file.exec("update servicedesk_projections set version = 0");
  file.close();
  const next = await system.agent("servicedesk");
  t.match((await ask(next, "GET", "/tickets?limit=2")).body, pages[0]);
  t.equal(((await ask(next, "GET", "/tickets")).body["items"] as unknown[]).length, 6);
});

await test("a notification that failed becomes one ticket, which no rule escalates", async (t) => {
  const system = await TestSystem.start(t, [CREATED, TRIAGED, ESCALATED]);
  const agent = await system.agent("servicedesk");
  const id = crypto.randomUUID();
  const payload = {
    notificationId: crypto.randomUUID(),
    recipient: "on-call",
    subject: LEEDS.body,
    priority: "high",
    reason: "webhook: 5.1.1 after 1 attempt (HTTP 410)",
    channels: [],
  };
  await system.publish(FAILED, payload, id);
  const [created] = await system.until(CREATED, 1);
  t.match(created?.data.data, {
    causationId: id,
    payload: { source: { kind: "event", id }, requester: "test" },
  });
  await system.replay(id, "servicedesk");
  const next = crypto.randomUUID();
  await system.publish(FAILED, payload, next);
  await system.until(TRIAGED, 2);
  const page = await ask(agent, "GET", "/tickets");
  t.equal((page.body["items"] as unknown[]).length, 2, "one for each event");
  t.match(page.body["items"], [{ at: "triaged" }, { at: "triaged" }]);
  t.equal(system.seen.filter(({ type }) => type === ESCALATED).length, 0);
});

await test("the API describes itself, with what a command takes beside its input", async (t) => {
  const system = await TestSystem.start(t, []);
  const agent = await system.agent("servicedesk");
  const { body } = await agent.get("/openapi.json");
  const paths = body["paths"] as Record<
    string,
    Record<string, { description: string; parameters?: { name: string }[] }>
  >;
  t.strictSame(Object.keys(paths).toSorted(), [
    "/api/servicedesk/execute",
    "/api/servicedesk/knowledge",
    "/api/servicedesk/knowledge/{articleId}",
    "/api/servicedesk/projections",
    "/api/servicedesk/projections/{name}/rebuild",
    "/api/servicedesk/tickets",
    "/api/servicedesk/tickets/{ticketId}",
    "/api/servicedesk/tickets/{ticketId}/escalation",
    "/api/servicedesk/tickets/{ticketId}/priority",
    "/api/servicedesk/tickets/{ticketId}/resolution",
    "/api/servicedesk/tickets/{ticketId}/sla",
    "/api/servicedesk/tickets/{ticketId}/suggestions",
    "/api/servicedesk/tickets/{ticketId}/triage",
  ]);
  for (const operations of Object.values(paths)) {
    for (const { description } of Object.values(operations)) t.match(description, /\.$/);
  }
  const names = (path: string, method: string): unknown =>
    paths[`/api/servicedesk${path}`]?.[method]?.parameters?.map(({ name }) => name);
  t.strictSame(names("/execute", "post"), ["Idempotency-Key"]);
  t.strictSame(names("/tickets/{ticketId}/resolution", "post"), ["ticketId", "Idempotency-Key", "If-Match"]);
  t.strictSame(names("/tickets/{ticketId}", "get"), ["ticketId"]);
});

await test("every statement of this agent can go to SQL Server as it is", (t) => {
  t.same(statementsNotSeen("servicedesk"), [], "each line that sends one was run, and its T-SQL checked");
  t.end();
});
