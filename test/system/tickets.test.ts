import { readdirSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { pick, systemProject, until, urlOf } from "../helpers/system.ts";

const LEEDS = { title: "Login", body: "Nobody in the Leeds office (120 people) can log in since 09:00" };

/*
 * POST servicedesk ─▶ ticket.created, ticket.triaged, ticket.escalated ─▶ notification ─▶ sent.completed
 */
t.test(
  "an outage that is reported is triaged, escalated and told, and a repetition adds nothing",
  async (t) => {
    const project = systemProject(t, { agents: ["notification", "servicedesk"] });
    await project.up().ready();
    const url = `${urlOf(await project.json(["ps"]), "servicedesk")}/api/servicedesk/execute`;
    const execute = async (): Promise<unknown> => {
      const headers = { "content-type": "application/json", "idempotency-key": "leeds-0900" };
      const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(LEEDS) });
      t.equal(answer.status, 200);
      return await answer.json();
    };
    const first = await execute();
    t.match(first, { result: { priority: "1-Critical", at: "escalated", category: "access" } });
    const correlation = String(pick(first, "correlationId"));
    const flow = async (): Promise<readonly unknown[]> =>
      await project.lines(["events", "--correlation", correlation]);
    await until("those on call are told", async () =>
      (await flow()).some((event) => pick(event, "eventType") === "agents.notification.sent.completed"),
    );
    const events = await flow();
    t.same(
      events.map((event) => pick(event, "eventType")),
      [
        "agents.servicedesk.ticket.created",
        "agents.servicedesk.ticket.triaged",
        "agents.servicedesk.ticket.escalated",
        "agents.notification.sent.completed",
      ],
    );
    const [created, , escalated, sent] = events;
    t.match(created, { causationId: correlation, deliveries: { length: 0 } });
    t.equal(pick(sent, "causationId"), pick(escalated, "id"));
    t.match(pick(sent, "data", "payload"), {
      recipient: "on-call",
      subject: "1-Critical: Login",
      priority: "high",
    });
    t.match(pick(escalated, "deliveries"), [{ agent: "notification", status: "success", attempts: 1 }]);

    const shown = await project.agents(["events", "--correlation", correlation]);
    t.match(
      shown.stdout,
      /ticket\.created[\s\S]*ticket\.triaged[\s\S]*ticket\.escalated[\s\S]*sent\.completed/,
    );

    t.strictSame(await execute(), first);
    const sentFiles = (): readonly string[] => readdirSync(join(project.root, "sent"));
    // Whatever the repetition would have caused is there before this: it goes the same way.
    const settled = await project.json([
      "publish",
      "agents.servicedesk.ticket.escalated",
      "--wait",
      "--data",
      again(escalated),
    ]);
    t.match(settled, { settled: true });
    t.equal((await flow()).length, 4);
    t.equal(sentFiles().length, 2, "one for the ticket, one for what was published by hand");
  },
);

function again(escalated: unknown): string {
  return JSON.stringify(pick(escalated, "data", "payload"));
}
