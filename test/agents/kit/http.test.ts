import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import t from "tap";
import type { Test } from "tap";
import { send, spawnAgent, startAgent } from "./helpers/agent-process.ts";
import { cloudEvent } from "./helpers/scripted-sidecar.ts";
import { trusted } from "../../../src/agents/kit/process/trusted.ts";

const start = async (t: Test, more: Record<string, string> = {}) =>
  await startAgent(t, "greeter", { SQLSERVER_URL: `sqlite:${join(t.testdir(), "agents.db")}`, ...more });

/** One raw request: fetch does not let the caller set Host and the Sec- headers. */
async function raw(url: string, head: string): Promise<string> {
  const { port } = new URL(url);
  const socket = connect(Number(port), "127.0.0.1");
  socket.write(`${head}\r\nConnection: close\r\n\r\n`);
  let answer = "";
  for await (const chunk of socket.setEncoding("utf8")) answer += String(chunk);
  return answer;
}

/** A request whose head has arrived and whose body is sent later: the server has asked for it. */
async function begin(url: string, path: string, body: object): Promise<{ finish(): Promise<string> }> {
  const { port, host } = new URL(url);
  const text = JSON.stringify(body);
  const socket = connect(Number(port), "127.0.0.1").setEncoding("utf8");
  const head = ["content-type: application/json", `content-length: ${Buffer.byteLength(text)}`];
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: ${host}\r\n${head.join("\r\n")}\r\nExpect: 100-continue\r\n\r\n`,
  );
  await once(socket, "data");
  return {
    finish: async () => {
      socket.write(text);
      let answer = "";
      for await (const chunk of socket) answer += String(chunk);
      return answer;
    },
  };
}

void t.test("every error is a problem document with a stable type", async (t) => {
  const agent = await start(t);
  const api = `${agent.url}/api/greeter`;
  const json = { "content-type": "application/json" };
  const keyed = { ...json, "idempotency-key": "a deep one" };
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  const cases: [string, string, RequestInit, number, string][] = [
    ["an unknown path", `${agent.url}/nothing`, {}, 404, "not-found"],
    ["an unknown thing", `${api}/greetings/Eve`, {}, 404, "not-found"],
    ["a wrong method", `${api}/execute`, {}, 405, "method-not-allowed"],
    ["no body", `${api}/execute`, { method: "POST", headers: json }, 400, "malformed"],
    ["broken JSON", `${api}/execute`, { method: "POST", headers: json, body: "{" }, 400, "malformed"],
    ["too many levels", `${api}/execute`, { method: "POST", headers: keyed, body: deep }, 400, "malformed"],
    ["text", `${api}/execute`, { method: "POST", body: '{"who":"Ada"}' }, 415, "unsupported-media-type"],
    ["no object", `${api}/execute`, { method: "POST", headers: json, body: "[]" }, 422, "validation"],
    [
      "a wrong value",
      `${api}/execute`,
      { method: "POST", headers: json, body: '{"who":7}' },
      422,
      "validation",
    ],
    [
      "a large body",
      `${api}/execute`,
      { method: "POST", headers: json, body: JSON.stringify({ who: "x".repeat(4 * 1024 * 1024) }) },
      413,
      "body-too-large",
    ],
    ["a bug", `${api}/execute`, { method: "POST", headers: json, body: '{"who":"bug"}' }, 500, "internal"],
  ];
  for (const [what, url, init, status, kind] of cases) {
    const answer = await send(url, undefined, init);
    t.equal(answer.status, status, what);
    t.equal(answer.type, "application/problem+json", what);
    t.match(answer.body, { type: `urn:agents:problem:${kind}`, status, title: String, detail: String }, what);
    t.notMatch(JSON.stringify(answer.body), /secret inner detail|\.ts:\d/, what);
  }
  t.match((await send(`${api}/execute`, { who: 7 })).body["errors"], [
    { path: "who", message: /expected a text/ },
  ]);
  t.equal((await send(`${api}/execute`)).headers.get("allow"), "POST");
  await t.resolves(agent.printed("secret inner detail"), "the log has the reason");
});

void t.test("a body without a length is counted as it comes", async (t) => {
  const agent = await start(t);
  const chunk = new TextEncoder().encode(" ".repeat(1024 * 1024));
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      sent += 1;
      if (sent > 6) controller.close();
      else controller.enqueue(chunk);
    },
  });
  const init = { method: "POST", headers: { "content-type": "application/json" }, body, duplex: "half" };
  t.equal(
    (await send(`${agent.url}/api/greeter/execute`, undefined, trusted<RequestInit>(init))).status,
    413,
  );
});

void t.test("paths match without regard to case, parameters keep theirs", async (t) => {
  const agent = await start(t);
  t.equal((await send(`${agent.url}/API/Greeter/EXECUTE`, { who: "Ada" })).status, 200);
  t.match(await send(`${agent.url}/Api/Greeter/Greetings/Ada`), {
    status: 200,
    body: { who: "Ada", times: 1 },
  });
  t.equal((await send(`${agent.url}/api/greeter/greetings/ada`)).status, 404);
  t.equal((await send(`${agent.url}/api/greeter/health/`)).status, 200);
});

void t.test("a correlation id that the caller sends is kept when it is a UUID", async (t) => {
  const agent = await start(t);
  const id = "0b8f3ad6-6a0c-4a4b-9d7e-111111111111";
  for (const [sent, kept] of [
    [id, true],
    ["17", false],
  ] as const) {
    const { body } = await send(`${agent.url}/api/greeter/execute`, undefined, {
      method: "POST",
      body: '{"who":"Ada"}',
      headers: { "content-type": "application/json", "x-correlation-id": sent },
    });
    t.equal(body["correlationId"] === sent, kept);
  }
});

void t.test(
  "OpenAPI 3.1 describes commands and queries, and the page for it needs no other host",
  async (t) => {
    const agent = await start(t);
    const { body } = await send(`${agent.url}/openapi.json`);
    t.match(body, {
      openapi: "3.1.0",
      paths: {
        "/api/greeter/execute": {
          post: {
            operationId: "Greet",
            requestBody: {
              content: { "application/json": { schema: { $ref: "#/components/schemas/GreetInput" } } },
            },
          },
        },
        "/api/greeter/echo/{who}": { post: { parameters: [{ name: "who", in: "path" }] } },
        "/api/greeter/greetings/{who}": {
          get: { parameters: [{ name: "who", in: "path", required: true }] },
        },
      },
    });
    for (const reference of JSON.stringify(body).matchAll(/"\$ref":"#([^"]+)"/g)) {
      const parts = (reference[1] ?? "").split("/").slice(1);
      t.ok(
        parts.reduce<unknown>((at, part) => trusted<Record<string, unknown>>(at)[part], body),
        reference[1] ?? "",
      );
    }
    t.same(
      await send(`${agent.url}/api/greeter/echo/Ada`, { tree: [{ a: [null] }] }).then(
        (echo) => echo.body["result"],
      ),
      {
        who: "Ada",
        tree: [{ a: [null] }],
      },
    );
    const page = String((await send(`${agent.url}/swagger`)).body["text"]);
    t.match(page, "/openapi.json");
    t.notMatch(page, /(src|href)="(https?:)?\/\//);
  },
);

void t.test("health says which model runs, what waits and which prompts are in use", async (t) => {
  const agent = await start(t);
  t.same((await send(`${agent.url}/healthz/live`)).body, { status: "live" });
  t.same((await send(`${agent.url}/healthz/ready`)).body, { status: "ready" });
  t.match((await send(`${agent.url}/api/greeter/health`)).body, {
    status: "ready",
    agent: "greeter",
    llm: { mode: "sample", generatedBy: "sample", model: null },
    sidecar: { at: "none" },
    outbox: { pending: 0 },
    prompts: [{ ref: /^greet@1\.0\.0\+/ }],
  });
});

void t.test("inside a run a page of another site cannot reach the agent", async (t) => {
  const agent = await start(t, { AGENTS_RUN_ID: "run-1" });
  const { host } = new URL(agent.url);
  const line = "GET /api/greeter/health HTTP/1.1\r\nHost: ";
  const refused = {
    "a name that was rebound": `${line}evil.example`,
    "a foreign origin": `${line}${host}\r\nOrigin: https://evil.example`,
    "a page on another local port": `${line}${host}\r\nOrigin: http://localhost:3000`,
    "an opaque origin": `${line}${host}\r\nOrigin: null`,
    "a cross-site request": `${line}${host}\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors`,
    "a same-site request": `${line}${host}\r\nSec-Fetch-Site: same-site\r\nSec-Fetch-Mode: cors`,
  };
  for (const [what, head] of Object.entries(refused)) {
    const answer = await raw(agent.url, head);
    t.match(answer, /^HTTP\/1\.1 403 /, what);
    t.match(answer, "urn:agents:problem:forbidden", what);
    t.notMatch(answer, /access-control/i, what);
  }
  const allowed = {
    "a program": `${line}${host}`,
    localhost: `${line}localhost:1`,
    IPv6: `${line}[::1]:1`,
    "its own page": `${line}${host}\r\nOrigin: http://${host}\r\nSec-Fetch-Site: same-origin`,
    "a link from elsewhere": `${line}${host}\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate`,
  };
  for (const [what, head] of Object.entries(allowed)) {
    t.match(await raw(agent.url, head), /^HTTP\/1\.1 200 /, what);
  }
});

void t.test("outside of a run the host is not checked", async (t) => {
  const agent = await start(t);
  t.match(await raw(agent.url, "GET /healthz/live HTTP/1.1\r\nHost: greeter.svc"), /^HTTP\/1\.1 200 /);
});

void t.test("an idle agent stops at once, a busy one finishes first", async (t) => {
  const idle = await start(t);
  await send(`${idle.url}/healthz/ready`);
  idle.child.kill("SIGTERM");
  t.equal(await idle.exited, 0);

  const busy = await start(t);
  const answer = send(`${busy.url}/api/greeter/wait`, { ms: 300 });
  await busy.printed("waiting");
  busy.child.kill("SIGTERM");
  await busy.printed("stops signal=SIGTERM");
  t.equal((await answer).status, 200);
  t.equal(await busy.exited, 0);
});

void t.test("work whose body comes after the stop was asked for is not begun", async (t) => {
  const agent = await start(t);
  const busy = send(`${agent.url}/api/greeter/wait`, { ms: 3000 });
  await agent.printed("waiting");
  const event = cloudEvent("agents.visits.visit.announced", { who: "Bob" });
  const late = await Promise.all([
    begin(agent.url, "/api/greeter/echo/Ada", {}),
    begin(agent.url, "/events/agents.visits.visit.announced", event),
  ]);
  agent.child.kill("SIGTERM");
  await agent.printed("stops signal=SIGTERM");
  for (const request of late) {
    const answer = await request.finish();
    t.match(answer, /^HTTP\/1\.1 503 /);
    t.match(answer, /connection: close/i);
    t.match(answer, /urn:agents:problem:stopping/);
  }
  t.equal((await busy).status, 200);
  t.equal(await agent.exited, 0);
  t.notMatch(agent.output(), "handled an event");
});

void t.test("what is thrown and is no error is a problem too", async (t) => {
  const agent = await start(t);
  const { status, body } = await send(`${agent.url}/api/greeter/execute`, { who: "text" });
  t.match([status, body], [500, { type: "urn:agents:problem:internal" }]);
  t.notMatch(JSON.stringify(body), "secret");
  t.match(await agent.printed("failed to handle a request"), "a secret that is no error");
});

void t.test("a second Ctrl-C does not wait", async (t) => {
  const agent = await start(t);
  const answer = send(`${agent.url}/api/greeter/wait`, { ms: 60_000 });
  const lost = t.rejects(answer);
  await agent.printed("waiting");
  agent.child.kill("SIGINT");
  await agent.printed("stops signal=SIGINT");
  agent.child.kill("SIGINT");
  t.equal(await agent.exited, 130);
  await lost;
});

void t.test(
  "unit of work: the database outside of it cannot be used inside, which would wait for ever",
  async (t) => {
    const agent = await start(t);
    t.equal((await send(`${agent.url}/api/greeter/misuse`, {})).status, 500);
    await t.resolves(agent.printed("use tx.db there"));
    t.equal((await send(`${agent.url}/api/greeter/execute`, { who: "Ada" })).status, 200, "and all goes on");
  },
);

void t.test("what the agent is started with is checked, in one line", async (t) => {
  const first = await start(t);
  const { port } = new URL(first.url);
  const cases: [Record<string, string>, RegExp, 1?][] = [
    [{ PORT: "x" }, /PORT is "x"/],
    [{ PORT: port }, new RegExp(`cannot listen on 127\\.0\\.0\\.1:${port}: the port is in use`), 1],
    [{ AGENTS_LLM_MODE: "record" }, /No model is named/],
    [{ AGENTS_LLM_MODE: "magic" }, /AGENTS_LLM_MODE is "magic"/],
    [{ AGENTS_LLM_MODE: "sample", NODE_ENV: "production" }, /refused in production/],
    [{ AGENTS_LLM_MODE: "live" }, /OLLAMA_MODELS/],
    [{ GREETER_MOOD: "bad" }, /^error: greeter cannot start: GREETER_MOOD is "bad", expected good\. \S/, 1],
  ];
  for (const [env, reason, code = 78] of cases) {
    const agent = spawnAgent(t, "greeter", {
      SQLSERVER_URL: `sqlite:${join(t.testdirName, "2.db")}`,
      ...env,
    });
    t.equal(await agent.exited, code, "1 where another start may go better");
    t.match(agent.output(), reason);
    t.equal(agent.output().trim().split("\n").length, 1, agent.output());
  }
});
