import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import t from "tap";
import type { Test } from "tap";
import { send, startAgent } from "./helpers/agent-process.ts";
import { scriptedOllama } from "./helpers/scripted-ollama.ts";
import type { Scripted } from "./helpers/scripted-ollama.ts";
import { trusted } from "../../../src/agents/kit/process/trusted.ts";

async function greetWith(t: Test, answers: Scripted[], who = "Eve") {
  const ollama = await scriptedOllama(t, answers);
  const database = join(t.testdir(), "agents.db");
  const agent = await startAgent(t, "greeter", { SQLSERVER_URL: `sqlite:${database}`, ...ollama.env });
  const greet = async () => await send(`${agent.url}/api/greeter/execute`, { who });
  return { ...ollama, agent, greet };
}

void t.test(
  "Ollama is asked through its chat API, with the schema, a context size and the first model",
  async (t) => {
    const { agent, asked, greet } = await greetWith(t, [{ text: '{"text":"Hello, Eve"}' }]);
    t.match(await greet(), { status: 200, body: { result: { text: "Hello, Eve" }, generatedBy: "live" } });
    t.match(await agent.printed("Greet is done"), /generatedBy=live prompt=greet@\d\S+ ms=/);
    t.match(asked, [
      {
        model: "tiny:1b",
        format: { type: "object", required: ["text"] },
        options: { num_ctx: 8192, temperature: 0 },
        messages: [
          { role: "system", content: /JSON Schema/ },
          { role: "system", content: "You greet people." },
          { role: "user", content: "Greet Eve." },
        ],
      },
    ]);
  },
);

void t.test("fences and prose around the JSON are taken off", async (t) => {
  for (const text of [
    '```json\n{"text":"Hi"}\n```',
    'Sure. Here it is: {"text":"Hi"} Anything else?',
    '{"text":"Hi"}',
  ]) {
    const { asked, greet } = await greetWith(t, [{ text }]);
    t.match((await greet()).body, { result: { text: "Hi" } });
    t.equal(asked.length, 1);
  }
});

void t.test("an output that does not fit is sent back once, with what is wrong", async (t) => {
  const { asked, greet } = await greetWith(t, [{ text: '{"txt":1}' }, { text: '{"text":"Better"}' }]);
  t.match((await greet()).body, { result: { text: "Better" } });
  const [, again] = asked;
  t.match(again?.messages.slice(-2), [
    { role: "assistant", content: '{"txt":1}' },
    { role: "user", content: /must have required property 'text'/ },
  ]);
});

void t.test("an output that still does not fit is a 502 that says what is wrong", async (t) => {
  const { asked, greet } = await greetWith(t, [{ text: "no idea", doneReason: "length" }]);
  t.match(await greet(), {
    status: 502,
    body: {
      type: "urn:agents:problem:model-output-invalid",
      errors: [{ path: "", message: "is JSON that was cut off" }],
    },
  });
  t.equal(asked.length, 2);
});

void t.test("a model that cannot answer is a 503 that says which and what to do", async (t) => {
  const cases: [Scripted, string, RegExp][] = [
    [{ status: 404, error: "model 'tiny:1b' not found" }, "model-missing", /ollama pull tiny:1b/],
    [{ status: 503, error: "server busy, please try again." }, "overloaded", /Try again/],
    [{ status: 500, error: "out of memory" }, "model-error", /log of Ollama/],
  ];
  for (const [answer, kind, hint] of cases) {
    const { greet } = await greetWith(t, [answer]);
    t.match(await greet(), { status: 503, body: { type: `urn:agents:problem:${kind}`, hint } });
  }
});

void t.test("without an Ollama the agent starts, and says so when a model is needed", async (t) => {
  const agent = await startAgent(t, "greeter", {
    SQLSERVER_URL: `sqlite:${join(t.testdir(), "agents.db")}`,
    AGENTS_LLM_MODE: "live",
    OLLAMA_URL: `http://127.0.0.1:${await closedPort()}`,
    OLLAMA_MODELS: "tiny:1b",
  });
  t.match(await send(`${agent.url}/api/greeter/execute`, { who: "Ada" }), {
    status: 503,
    body: { type: "urn:agents:problem:ollama-unreachable", detail: /ECONNREFUSED/, hint: /ollama serve/ },
  });
  t.match((await send(`${agent.url}/api/greeter/health`)).body, { llm: { mode: "live", model: "tiny:1b" } });
});

void t.test("a prompt that the server has cut is an error and not an answer", async (t) => {
  const prompts = t.testdir({ prompts: { greeter: { "greet.yaml": longPrompt() } } });
  const ollama = await scriptedOllama(t, [{ text: '{"text":"Hi"}', promptTokens: 4096 }]);
  const agent = await startAgent(t, "greeter", {
    SQLSERVER_URL: `sqlite:${join(prompts, "agents.db")}`,
    AGENTS_PROMPTS_DIR: join(prompts, "prompts"),
    ...ollama.env,
  });
  t.match(await send(`${agent.url}/api/greeter/execute`, { who: "Eve" }), {
    status: 503,
    body: { type: "urn:agents:problem:context-truncated", hint: /num_ctx/ },
  });
  t.match(ollama.asked[0]?.options, { num_ctx: 65_536 });
});

void t.test("when the caller goes, the model is asked no longer", async (t) => {
  const { agent, gone, asked } = await greetWith(t, [{ hang: true }]);
  const controller = new AbortController();
  const answer = fetch(`${agent.url}/api/greeter/execute`, {
    method: "POST",
    body: '{"who":"Eve"}',
    headers: { "content-type": "application/json" },
    signal: controller.signal,
  });
  const left = t.rejects(answer);
  while (asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
  controller.abort();
  await left;
  await t.resolves(gone);
});

/** A port that nobody listens on: one that was free a moment ago. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = trusted<AddressInfo>(server.address());
  server.close();
  await once(server, "close");
  return port;
}

function longPrompt(): string {
  return `schema: agents.prompt/v1
name: greet
version: "1.0.0"
description: long
input: { type: object, properties: { who: { type: string } } }
output: { type: object, required: [text], properties: { text: { type: string } } }
messages:
  - { role: user, content: "Greet {{who}}. ${"Be kind. ".repeat(8000)}" }
`;
}
