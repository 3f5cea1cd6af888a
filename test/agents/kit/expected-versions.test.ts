import { test } from "tap";
import { asking } from "../../helpers/asking.ts";
import { pick } from "../../helpers/system.ts";
import { TestSystem } from "../../helpers/test-system.ts";

const ask = asking("servicedesk");

await test("of those who change one ticket at once, as they know it, one does and the others are told", async (t) => {
  const system = await TestSystem.start(t, []);
  // Two processes on one database, as two replicas are.
  const agents = [await system.agent("servicedesk"), await system.agent("servicedesk")];
  const body = { title: "Printer", body: "The printer on floor 2 is out of toner." };
  const [first = { url: "" }] = agents;
  const made = await ask(first, "POST", "/execute", { body });
  const path = `/tickets/${String(pick(made.body, "result", "ticketId"))}`;
  const headers = { "if-match": made.etag ?? "" };
  const reasons = Array.from({ length: 8 }, (_, n) => `as ${n} says`);
  const answers = await Promise.all(
    reasons.map((reason, n) =>
      ask(agents[n % 2] ?? first, "PUT", `${path}/priority`, {
        body: { priority: n % 3 === 0 ? "1-Critical" : "2-High", reason },
        headers,
      }),
    ),
  );
  t.equal(answers.filter(({ status }) => status === 200).length, 1);
  t.equal(answers.filter(({ status }) => status === 412).length, 7);
  for (const { status, body: problem } of answers)
    if (status !== 200) t.match(problem, { type: "urn:agents:problem:precondition-failed" });

  // Who expects nothing is let in one after the other: each decides on what the one before has left.
  const free = await Promise.all(
    reasons.map((reason, n) =>
      ask(agents[n % 2] ?? first, "PUT", `${path}/priority`, {
        body: { priority: n % 2 === 0 ? "1-Critical" : "2-High", reason },
      }),
    ),
  );
  t.strictSame(
    free.map(({ status }) => status),
    reasons.map(() => 200),
  );
  const last = Math.max(...free.map(({ etag }) => Number(etag?.slice(1, -1))));
  t.equal((await ask(first, "GET", path)).etag, `"${last}"`, "no change has overwritten another");
});
