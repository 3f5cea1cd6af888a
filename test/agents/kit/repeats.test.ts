import { join } from "node:path";
import t from "tap";
import type { Test } from "tap";
import { send, startAgent } from "./helpers/agent-process.ts";
import { ScriptedSidecar } from "./helpers/scripted-sidecar.ts";

type Answer = Awaited<ReturnType<typeof send>>;

/** A till with the sidecar and the folder of a test: the same one after each start. */
async function tills(t: Test, store: "sql" | "state") {
  const sidecar = await ScriptedSidecar.start(t);
  const url = `sqlite:${join(t.testdir(), "agents.db")}`;
  const env = { ...sidecar.env, SQLSERVER_URL: url, TILL_STORE: store };
  const start = async (more: Record<string, string> = {}) => {
    const agent = await startAgent(t, "till", { ...env, ...more });
    const api = `${agent.url}/api/till`;
    const pay = async (amount: number, headers: Record<string, string>, path = "execute"): Promise<Answer> =>
      await send(
        `${api}/${path}`,
        {},
        {
          method: "POST",
          headers: { "content-type": "application/json", ...headers },
          body: JSON.stringify({ amount }),
        },
      );
    const total = async (): Promise<unknown> => (await send(`${api}/tills/1`)).body["total"];
    return { agent, pay, total, api };
  };
  return { sidecar, start };
}

const key = (text: string): Record<string, string> => ({ "idempotency-key": text });

for (const store of ["sql", "state"] as const) {
  void t.test(`a repeated command adds nothing and is answered in the same way (${store})`, async (t) => {
    const { sidecar, start } = await tills(t, store);
    const first = await start();
    const answer = await first.pay(5, key("k1"));
    t.match(answer, { status: 200, body: { result: { total: 5 }, events: [{}] } });
    t.equal(answer.headers.get("idempotent-replayed"), null);
    await first.pay(1, key("k2"));
    for (const sent of ["k1", '"k1"']) {
      const again = await first.pay(5, key(sent));
      t.equal(again.headers.get("idempotent-replayed"), "true");
      t.equal(again.headers.get("etag"), answer.headers.get("etag"));
      t.equal(again.headers.get("x-correlation-id"), answer.body["correlationId"]);
      t.strictSame(again.body, answer.body);
    }
    t.match(await first.pay(6, key("k1")), {
      status: 422,
      body: { type: "urn:agents:problem:idempotency-key-reused" },
    });
    t.match(await first.pay(5, key("k1"), "rings"), { status: 422 });
    for (const wrong of ["", "a\tb", "x".repeat(256)]) {
      t.match(await first.pay(5, key(wrong)), {
        status: 400,
        body: { type: "urn:agents:problem:malformed" },
      });
    }
    t.equal(await first.total(), 6);

    const together = await Promise.all([1, 2, 3, 4, 5].map(() => first.pay(7, key("k3"))));
    for (const each of together) t.strictSame(each.body, together[0]?.body);
    t.equal(await first.total(), 13);
    first.agent.child.kill("SIGTERM");
    await first.agent.exited;

    const second = await start();
    t.strictSame((await second.pay(5, key("k1"))).body, answer.body, "also by the next process");
    t.equal(await second.total(), 13);
    t.equal(sidecar.published.length, 3);
    t.equal(new Set(sidecar.published.map(({ id }) => id)).size, 3);
  });

  void t.test(
    `a command is finished by its repetition after a kill -9 between save and answer (${store})`,
    async (t) => {
      const { sidecar, start } = await tills(t, store);
      const doomed = await start({ TILL_DIES: "1" });
      await t.rejects(doomed.pay(5, key("k1")));
      t.equal(await doomed.agent.exited, "SIGKILL");

      const next = await start();
      const answer = await next.pay(5, key("k1"));
      await sidecar.publishedCount(1);
      t.match(answer, { status: 200, body: { result: { total: 5 } } });
      const [event] = sidecar.published;
      t.strictSame(answer.body["events"], [{ id: event?.id, eventType: "agents.till.amount.paid" }]);
      t.equal(answer.body["correlationId"], event?.data.data.correlationId);
      t.strictSame((await next.pay(5, key("k1"))).body, answer.body);
      t.equal(await next.total(), 5);
      t.equal(new Set(sidecar.published.map(({ id }) => id)).size, 1);
    },
  );
}

void t.test("a failure is not kept: the command is tried again with its key", async (t) => {
  const { start } = await tills(t, "sql");
  const till = await start({ TILL_REFUSALS: "2" });
  t.equal((await till.pay(5, key("k1"))).status, 409);
  const both = await Promise.all([till.pay(5, key("k1")), till.pay(5, key("k1"))]);
  t.strictSame(
    new Set(both.map(({ status }) => status)),
    new Set([200, 409]),
    "who has waited tries for himself",
  );
  t.equal(await till.total(), 5);
});

void t.test("an aggregate has an ETag, and is changed only as the caller knows it", async (t) => {
  const { start } = await tills(t, "sql");
  const { pay, api, total } = await start();
  t.match(await pay(1, { "if-match": "*" }), {
    status: 412,
    body: { type: "urn:agents:problem:precondition-failed", detail: /till-1 does not exist/ },
  });
  t.equal((await pay(5, { "if-match": '"0"' })).headers.get("etag"), '"1"');
  const shown = await send(`${api}/tills/1`);
  t.equal(shown.headers.get("etag"), '"1"');
  for (const tags of ['"1"', 'W/"1"', '"7", "1"']) {
    const same = await fetch(`${api}/tills/1`, { headers: { "if-none-match": tags } });
    t.equal(same.status, 304, tags);
    t.equal(await same.text(), "");
  }
  t.equal((await pay(6, { "if-match": '"3", "1"' })).headers.get("etag"), '"2"');
  for (const tags of ['"1"', 'W/"2"', "2"]) t.equal((await pay(6, { "if-match": tags })).status, 412, tags);
  t.equal((await send(`${api}/tills/1`, undefined, { headers: { "if-none-match": '"1"' } })).status, 200);
  t.equal((await pay(1, { "if-match": "*" })).status, 200);
  t.equal(await total(), 12);
  t.match(await pay(1, { "if-match": "*" }, "rings"), {
    status: 400,
    body: { type: "urn:agents:problem:precondition-unsupported", detail: "Ring takes no If-Match." },
  });
});
