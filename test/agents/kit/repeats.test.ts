import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import t from "tap";
import type { Test } from "tap";
import { ifMatch } from "../../../src/agents/kit/handling/precondition.ts";
import { trusted } from "../../../src/agents/kit/process/trusted.ts";
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

type Till = Awaited<ReturnType<Awaited<ReturnType<typeof tills>>["start"]>>;

const key = (text: string): Record<string, string> => ({ "idempotency-key": text });

for (const store of ["sql", "state"] as const) {
  void t.test(`a repeated command adds nothing, whatever happens in between (${store})`, async (t) => {
    const { sidecar, start } = await tills(t, store);
    const first = await start({ TILL_DIES: "1", TILL_REFUSALS: "2" });
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
    for (const each of together) t.strictSame(each.body, together[0]?.body, "who comes meanwhile waits");
    t.equal(await first.total(), 13);

    t.equal((await first.pay(4, key("k4"))).status, 409);
    const both = await Promise.all([first.pay(4, key("k4")), first.pay(4, key("k4"))]);
    const statuses = new Set(both.map(({ status }) => status));
    t.strictSame(statuses, new Set([200, 409]), "a failure is not kept: who has waited tries for himself");
    t.equal(await first.total(), 17);

    await t.rejects(first.pay(13, key("k5")));
    t.equal(await first.agent.exited, "SIGKILL");
    const second = await start();
    const finished = await second.pay(13, key("k5"));
    await sidecar.publishedCount(5);
    t.match(finished, { status: 200, body: { result: { total: 30 } } });
    const event = sidecar.published.at(-1);
    t.strictSame(finished.body["events"], [{ id: event?.id, eventType: "agents.till.amount.paid" }]);
    t.equal(finished.body["correlationId"], event?.data.data.correlationId);
    t.strictSame((await second.pay(13, key("k5"))).body, finished.body);
    t.strictSame((await second.pay(5, key("k1"))).body, answer.body, "also by the next process");
    t.equal(await second.total(), 30);
    t.equal(new Set(sidecar.published.map(({ id }) => id)).size, 5, "each payment is told once");
    if (store === "sql") await checkEtags(t, second);
  });
}

/** A bell at which those who ring wait for each other, so many at a time; each hears another number. */
async function bellFor(t: Test, count: number): Promise<string> {
  const waiting: ServerResponse[] = [];
  const server = createServer((_, response) => {
    if (waiting.push(response) < count) return;
    for (const [number, each] of waiting.splice(0).entries()) each.end(String(number + 1));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.teardown(() => server.close());
  return `http://127.0.0.1:${trusted<AddressInfo>(server.address()).port}/`;
}

for (const store of ["sql", "state"] as const) {
  void t.test(`replicas that get one command at the same moment give one answer (${store})`, async (t) => {
    const { sidecar, start } = await tills(t, store);
    const env = { TILL_BELL: await bellFor(t, 2) };
    const replicas = await Promise.all([start(env), start(env)]);
    for (const path of ["rings", "execute"]) {
      const answers = await Promise.all(replicas.map((each) => each.pay(5, key(path), path)));
      const [first, second] = answers;
      t.equal(first?.status, 200);
      t.strictSame(second?.body, first?.body, path);
      t.equal(second?.headers.get("etag"), first?.headers.get("etag"));
      const repeated = answers.filter(({ headers }) => headers.get("idempotent-replayed") === "true");
      t.equal(repeated.length, 1, "it is the answer of one of them");
      for (const each of replicas) t.strictSame((await each.pay(5, key(path), path)).body, first?.body);
    }
    await sidecar.publishedCount(1);
    const reused = await Promise.all(replicas.map((each, index) => each.pay(index, key("k2"))));
    const statuses = new Set(reused.map(({ status }) => status));
    t.strictSame(statuses, new Set([200, 422]), "of two commands with one key one is refused");
    await sidecar.publishedCount(2);
    const paid = reused.findIndex(({ status }) => status === 200);
    t.equal(await replicas[0]?.total(), 5 + paid, "and has done nothing");
    t.equal(new Set(sidecar.published.map(({ id }) => id)).size, 2);
  });
}

void t.test(
  "a command that was done is answered by its repetition, whatever version it expected",
  async (t) => {
    const { sidecar, start } = await tills(t, "sql");
    const first = await start({ TILL_DIES: "1" });
    t.equal((await first.pay(5, {})).headers.get("etag"), '"1"');
    const expecting = { ...key("k1"), "if-match": '"1"' };
    await t.rejects(first.pay(13, expecting));
    t.equal(await first.agent.exited, "SIGKILL");
    const second = await start();
    t.match(
      await second.pay(13, { ...key("k2"), "if-match": '"1"' }),
      { status: 412 },
      "another command is refused",
    );
    await second.pay(1, {});
    const finished = await second.pay(13, expecting);
    t.match(finished, { status: 200, body: { events: [{}] } }, "also when others have come after it");
    t.strictSame((await second.pay(13, expecting)).body, finished.body);
    t.equal(await second.total(), 19);
    await sidecar.publishedCount(3);
  },
);

/** The till is at version 5, and has taken 30. */
async function checkEtags(t: Test, { pay, api, total }: Till): Promise<void> {
  const shown = await send(`${api}/tills/1`);
  t.equal(shown.headers.get("etag"), '"5"');
  for (const tags of ['"5"', 'W/"5"', '"7", "5"', '"7",W/"5"', "*"]) {
    const same = await fetch(`${api}/tills/1`, { headers: { "if-none-match": tags } });
    t.equal(same.status, 304, tags);
    t.equal(await same.text(), "");
  }
  for (const headers of [
    { "if-none-match": '"1", W/"7"' },
    { "if-match": "*" },
    { "if-match": '"7", "5"', "if-none-match": '"1"' },
  ]) {
    t.match(await send(`${api}/tills/1`, undefined, { headers }), { status: 200, body: { total: 30 } });
  }
  for (const tags of ['"4"', 'W/"5"']) {
    t.match(
      await send(`${api}/tills/1`, undefined, { headers: { "if-match": tags, "if-none-match": "*" } }),
      {
        status: 412,
        body: { type: "urn:agents:problem:precondition-failed", detail: /tills\/1 has the ETag "5"/ },
      },
    );
  }
  t.equal((await pay(6, { "if-match": '"3", "5"' })).headers.get("etag"), '"6"');
  for (const tags of ['"5"', 'W/"6"', "6"]) {
    t.match(await pay(6, { "if-match": tags }), {
      status: 412,
      body: { type: "urn:agents:problem:precondition-failed", detail: /till-1 has the ETag "6"/ },
    });
  }
  t.equal((await pay(1, { "if-match": "*" })).status, 200);
  t.equal(await total(), 37);
  t.match(await pay(1, { "if-match": "*" }, "rings"), {
    status: 400,
    body: { type: "urn:agents:problem:precondition-unsupported", detail: "Ring takes no If-Match." },
  });
  t.match(await pay(1, { "if-none-match": "*" }), {
    status: 400,
    body: { type: "urn:agents:problem:precondition-unsupported", detail: "Pay takes no If-None-Match." },
  });
  t.doesNotThrow(() => ifMatch('"0"').check("till-2", 0), "that it does not exist can be expected");
  t.throws(() => ifMatch("*").check("till-2", 0), {
    name: "PreconditionFailed",
    message: /till-2 does not exist/,
  });
}
