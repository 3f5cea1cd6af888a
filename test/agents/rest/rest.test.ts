import { readdirSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { Test } from "tap";
import { REPO } from "../../helpers/cli.ts";
import { pick } from "../../helpers/system.ts";
import { TestSystem } from "../../helpers/test-system.ts";
import { KNOWN } from "./known.ts";
import type { Known } from "./known.ts";
import { documentedBodies, filled, operationsOf } from "./operations.ts";
import type { Operation } from "./operations.ts";

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

type Sent = Readonly<Record<string, string>>;

/** An agent, asked as its document says. */
class Asked {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async raw(method: string, path: string, headers: Sent = {}, body?: string): Promise<Answer> {
    const init = body === undefined ? { method, headers } : { method, headers, body };
    const response = await fetch(this.#url + path, init);
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>),
    };
  }

  async send(
    { method, hasBody }: Operation,
    path: string,
    body: unknown,
    headers: Sent = {},
  ): Promise<Answer> {
    const json = hasBody ? { "content-type": "application/json" } : {};
    return await this.raw(method, path, { ...json, ...headers }, hasBody ? JSON.stringify(body) : undefined);
  }
}

function isProblem(
  t: Test,
  { status, headers, body }: Answer,
  wanted: number,
  kind: string,
  what: string,
): void {
  t.equal(status, wanted, `${what}: ${JSON.stringify(body).slice(0, 300)}`);
  t.match(headers.get("content-type"), /^application\/problem\+json/, what);
  t.match(body, { type: `urn:agents:problem:${kind}`, title: /\w/, status: wanted, instance: /^\// }, what);
}

const agents = readdirSync(join(REPO, "docs/openapi")).map((file) => file.replace(".json", ""));

t.test("every agent that a test knows something of is walked", async (t) => {
  t.strictSame(
    Object.keys(KNOWN).filter((name) => !agents.includes(name)),
    [],
  );
});

for (const agent of agents) {
  t.test(`${agent}: every documented operation answers as all others do`, async (t) => {
    const system = await TestSystem.start(t, []);
    const asked = new Asked((await system.agent(agent)).url);
    const { bodies, unknownIds = {}, answersForAny = [], lacking = {}, conflicts = [] } = knownOf(agent);
    const operations = operationsOf(agent);
    t.ok(operations.length > 1);
    const made = await makeOne(asked, agent, operations);
    for (const operation of operations) {
      const { operationId, method, path, headers, queries, hasBody, responses } = operation;
      const key = `${method} ${path.replace(`/api/${agent}`, "")}`;
      const way = filled(path, unknownIds);
      const isCommand = method !== "GET";
      const body = bodies[key] ?? {};
      t.match(
        Object.keys(responses["default"]?.content ?? {}),
        ["application/problem+json"],
        `${key} documents its problems`,
      );
      t.equal(
        headers.includes("Idempotency-Key"),
        isCommand,
        `${key} takes a key where it changes something`,
      );

      isProblem(t, await asked.raw("PATCH", way), 405, "method-not-allowed", `PATCH ${path}`);
      if (hasBody) {
        const json = { "content-type": "application/json" };
        isProblem(t, await asked.raw(method, way, json, "{"), 400, "malformed", `${key} with half a body`);
        isProblem(
          t,
          await asked.raw(method, way, { "content-type": "text/plain" }, "x"),
          415,
          "unsupported-media-type",
          `${key} with a text`,
        );
        const wrong = await asked.raw(method, way, json, '["x"]');
        isProblem(t, wrong, 422, "validation", `${key} with a list`);
        t.match(wrong.body, { errors: [{ path: /.*/, message: /\w/ }] }, `${key} says where`);
      }
      if (queries.includes("limit"))
        for (const limit of ["0", "x", "1000000", "-1", "1.5"])
          isProblem(
            t,
            await asked.raw(method, `${way}?limit=${limit}`),
            422,
            "validation",
            `${key} limit=${limit}`,
          );
      if (queries.includes("after"))
        for (const after of ["", "x", "2026-01-01T00:00:00.000Z_x", `${operationId}.${btoa("[true]")}`])
          isProblem(
            t,
            await asked.raw(method, `${way}?after=${encodeURIComponent(after)}`),
            422,
            "validation",
            `${key} after=${after}`,
          );
      if (isCommand) {
        const long = { "idempotency-key": "x".repeat(256) };
        isProblem(
          t,
          await asked.send(operation, way, body, long),
          400,
          "malformed",
          `${key} with a key that is too long`,
        );
        if (!headers.includes("If-Match"))
          isProblem(
            t,
            await asked.send(operation, way, body, { "if-match": '"1"' }),
            400,
            "precondition-unsupported",
            `${key} with If-Match`,
          );
      }
      if (path.includes("{") && !answersForAny.includes(key))
        isProblem(t, await asked.send(operation, way, body), 404, "not-found", `${key} of what is not there`);
      const conditional = headers.includes("If-Match");
      if (conditional && answersForAny.includes(key))
        isProblem(
          t,
          await asked.send(operation, way, body, { "if-match": '"99"' }),
          412,
          "precondition-failed",
          `${key} of another version`,
        );
      if (conditional && path.includes("{") && !answersForAny.includes(key)) {
        // What is not there has no version to differ from: RFC 9110 §13.2.1.
        const nowhere = await asked.send(operation, way, body, { "if-match": '"99"' });
        isProblem(t, nowhere, 404, "not-found", `${key} with If-Match of what is not there`);
        const there = filled(path, made);
        const moved = await asked.send(operation, there, body, { "if-match": '"99"' });
        if (conflicts.includes(key)) isProblem(t, moved, 409, "conflict", `${key} of another version`);
        else isProblem(t, moved, 412, "precondition-failed", `${key} of another version`);
      }
      const lack = lacking[key];
      if (lack !== undefined) {
        const answer = await asked.send(operation, way, body);
        t.match(
          answer.body,
          { type: lack === "*" ? /^urn:agents:problem:/ : `urn:agents:problem:${lack}` },
          key,
        );
        continue;
      }
      if (method === "GET" && !path.includes("{")) {
        const query = queries.includes("q") ? "?q=toner" : "";
        const answer = await asked.raw(method, way + query);
        t.equal(answer.status, 200, `${key}: ${JSON.stringify(answer.body).slice(0, 200)}`);
        if (queries.includes("limit")) t.ok(Array.isArray(answer.body["items"]), `${key} gives a page`);
      }
      if (isCommand && !path.includes("{")) await isDoneOnce(t, asked, operation, way, body);
    }
    isProblem(
      t,
      await asked.raw("GET", `/api/${agent}/no-such-thing`),
      404,
      "not-found",
      "a route that is not there",
    );
  });
}

/** Of an agent that no test knows, its document has the good bodies. */
function knownOf(agent: string): Known {
  return KNOWN[agent] ?? { bodies: documentedBodies(agent) };
}

/** The ids of an aggregate that exists, by the name of their parameter. */
async function makeOne(
  asked: Asked,
  agent: string,
  operations: readonly Operation[],
): Promise<Readonly<Record<string, string>>> {
  const { makes = [], bodies } = knownOf(agent);
  const made: Record<string, string> = {};
  for (const [command, id, parameter] of makes) {
    const operation = operations.find(
      ({ method, path }) => command === `${method} ${path.replace(`/api/${agent}`, "")}`,
    );
    if (operation === undefined) throw new Error(`${agent} has no ${command}`);
    const path = filled(operation.path, { address: "made@example.com" });
    const { body } = await asked.send(operation, path, bodies[command]);
    made[parameter] = String(pick(body, "result", ...id.split(".")));
  }
  return made;
}

/** A command that comes again with its key has the same answer; with another body it is refused. */
async function isDoneOnce(
  t: Test,
  asked: Asked,
  operation: Operation,
  path: string,
  body: unknown,
): Promise<void> {
  const key = { "idempotency-key": crypto.randomUUID() };
  const what = `${operation.method} ${operation.path}`;
  const first = await asked.send(operation, path, body, key);
  if (first.status === 404) return isProblem(t, first, 404, "not-found", what); // it names what is not there in its body
  t.equal(first.status, 200, `${what}: ${JSON.stringify(first.body).slice(0, 400)}`);
  t.match(first.body, { correlationId: /^[0-9a-f-]{36}$/, result: {}, events: [] }, what);
  t.ok("generatedBy" in first.body && "promptRef" in first.body, `${what} says what answered`);
  const result = JSON.stringify(first.body["result"]);
  t.notMatch(result, '"generatedBy"', `${what} has the same result when it is replayed`);
  const again = await asked.send(operation, path, body, key);
  t.strictSame(again.body, first.body, `${what} again`);
  t.equal(again.headers.get("idempotent-replayed"), "true", what);
  const other = {
    ...(body as object),
    title: "Something else",
    text: "Something else",
    message: "Something else",
    limit: 7,
    formula: "a",
    name: "else",
    log: "x",
    diff: "x",
    content: "x",
    document: "x",
    requirement: "x",
    version: "9.9.9",
  };
  const reused = await asked.send(operation, path, other, key);
  t.equal(reused.status, 422, `${what} with the key of another request`);
}
