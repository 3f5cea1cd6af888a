import { createHash } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { test } from "tap";
import { z } from "zod";
import { asking } from "../../helpers/asking.ts";
import { pick } from "../../helpers/system.ts";
import { TestSystem } from "../../helpers/test-system.ts";
import type { RunningAgent } from "../../helpers/running-agent.ts";
import { KNOWN } from "./known.ts";
import { filled, operationsOf } from "./operations.ts";
import type { Operation } from "./operations.ts";

/** What the state of what was just made does not allow, or what names something that is not there. */
const REFUSED: Readonly<Record<string, number>> = {
  "bimclassification POST /elements/{elementId}/apply": 409,
  "notification POST /notifications/{notificationId}/cancel": 409,
  "notification POST /notifications/{notificationId}/retry": 409,
  "notification POST /receipts": 404,
};

/**
 * A process that dies between commit and answer leaves what it has committed, and no answer. That is what is made here of
 * each command that was answered; then it is sent again, with the same key, and the version that was expected then.
 */
for (const [name, known] of Object.entries(KNOWN)) {
  await test(`${name}: a command whose answer was lost is answered as the first time, and done once`, async (t) => {
    const system = await TestSystem.start(t, []);
    let sidecar = 0;
    const agent = await system.agent(name, {}, { through: (port) => Promise.resolve((sidecar = port)) });
    const operations = operationsOf(name);
    for (const { method, path: template, headers, hasBody } of operations) {
      const path = template.replace(`/api/${name}`, "");
      const command = `${method} ${path}`;
      if (method === "GET" || known.lacking?.[command] !== undefined) continue;
      const ids = await made(agent, name, operations);
      const target = filled(path, ids);
      const ask = async (more: Readonly<Record<string, string>>) =>
        await asking(name)(agent, method, target, {
          ...(hasBody ? { body: known.bodies[command] ?? {} } : {}),
          headers: more,
        });
      const key = { "idempotency-key": crypto.randomUUID() };
      const conditional = headers.includes("If-Match");
      const sent = { ...key, ...(conditional ? await expecting(ask) : {}) };
      const first = await ask(sent);
      if (first.status !== 200) {
        t.equal(first.status, REFUSED[`${name} ${command}`], `${command}: ${JSON.stringify(first.body)}`);
        continue;
      }
      await forgetAnswer(system, name, sidecar, key["idempotency-key"]);
      const again = await ask(sent);
      if (known.counting?.includes(command) === true) again.body["result"] = first.body["result"];
      t.strictSame(again, first, `${command} ${JSON.stringify(sent)}`);
    }
  });
}

/** Ids of aggregates that were made for one command alone. */
async function made(
  agent: RunningAgent,
  name: string,
  operations: readonly Operation[],
): Promise<Readonly<Record<string, string>>> {
  const { makes = [], bodies } = KNOWN[name] ?? { bodies: {} };
  const ids: Record<string, string> = {
    address: `${crypto.randomUUID()}@example.com`,
    recipient: crypto.randomUUID(),
    ...(await aProjection(agent, name)),
  };
  for (const [command, id, parameter] of makes) {
    const [method = "", path = ""] = command.split(" ");
    if (!operations.some((each) => each.path === `/api/${name}${path}`)) throw new Error(`no ${command}`);
    const { body } = await asking(name)(agent, method, filled(path, ids), { body: another(bodies[command]) });
    ids[parameter] = String(pick(body, "result", ...id.split(".")));
  }
  return ids;
}

/** The name of a list that can be made again; nothing where the agent makes none from streams. */
async function aProjection(agent: RunningAgent, name: string): Promise<Readonly<Record<string, string>>> {
  const { status, body } = await agent.get(`/api/${name}/projections`);
  return status === 200 ? { name: String(pick(body, "projections", "0", "name")) } : {};
}

/** The same body for elements that nobody has touched: their ids are given, not made. */
function another(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body ?? {}).replaceAll(/"id":"w\d"/g, `"id":"${crypto.randomUUID()}"`));
}

/** The version of an aggregate, which stands in the refusal of another one; nothing for what has none. */
async function expecting(
  ask: (headers: Readonly<Record<string, string>>) => Promise<{ readonly body: Record<string, unknown> }>,
): Promise<Readonly<Record<string, string>>> {
  const { body } = await ask({ "if-match": '"99"' });
  const tag = /has the ETag ("\d+")/.exec(String(body["detail"]))?.[1];
  return tag === undefined ? {} : { "if-match": tag };
}

/** Takes the answer out of what is kept of a command. */
async function forgetAnswer(system: TestSystem, agent: string, sidecar: number, key: string): Promise<void> {
  const id = createHash("sha256").update(key).digest("hex");
  if (agent !== "implementation") {
    using database = new DatabaseSync(join(system.dir, "agentsdb.db"));
    const { changes } = database.prepare(`update ${agent}_requests set answer = null where id = ?`).run(id);
    if (changes !== 1) throw new Error("nothing was kept of the command");
    return;
  }
  const store = `http://127.0.0.1:${sidecar}/v1.0/state/agents-statestore`;
  const kept: unknown = await (await fetch(`${store}/${encodeURIComponent(`kit/requests/${id}`)}`)).json();
  const value = { ...z.looseObject({ answer: z.looseObject({}) }).parse(kept), answer: null };
  const saved = await fetch(store, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify([{ key: `kit/requests/${id}`, value }]),
  });
  if (!saved.ok) throw new Error(await saved.text());
}
