import { join } from "node:path";
import type { Test } from "tap";
import t from "tap";
import { send, startAgent } from "./helpers/agent-process.ts";
import type { AzureScripted } from "./helpers/scripted-azure.ts";
import { scriptedAzure } from "./helpers/scripted-azure.ts";

async function greetWith(t: Test, answers: AzureScripted[], env: Record<string, string> = {}) {
  const azure = await scriptedAzure(t, answers);
  const database = { SQLSERVER_URL: `sqlite:${join(t.testdir(), "agents.db")}` };
  const agent = await startAgent(t, "greeter", { ...database, ...azure.env, LOG_LEVEL: "debug", ...env });
  return {
    ...azure,
    agent,
    greet: async () => await send(`${agent.url}/api/greeter/execute`, { who: "Eve" }),
  };
}

void t.test(
  "Azure OpenAI is asked for its deployment, streamed, with the schema in strict mode",
  async (t) => {
    const prices = JSON.stringify({ "gpt-test": { input: 2, output: 10 } });
    const { asked, greet, agent } = await greetWith(t, [{ text: '{"text":"Hello, Eve"}' }], {
      AGENTS_MODEL_PRICES: prices,
    });
    t.match(await greet(), { status: 200, body: { result: { text: "Hello, Eve" }, generatedBy: "live" } });
    t.match(asked, [
      {
        path: "/openai/deployments/gpt-test/chat/completions?api-version=2024-10-21",
        apiKey: "a-key-of-the-test",
        body: {
          stream: true,
          stream_options: { include_usage: true },
          response_format: {
            type: "json_schema",
            json_schema: { strict: true, schema: { required: ["text"] } },
          },
          messages: [
            { role: "system", content: "You greet people." },
            { role: "user", content: "Greet Eve." },
          ],
        },
      },
    ]);
    const line = await agent.printed("a model has answered");
    t.match(line, /model=gpt-test generatedBy=live .*inputTokens=12 outputTokens=5 cost=0.000074/);
    const health = await fetch(`${agent.url}/api/greeter/health`);
    t.match(await health.json(), {
      llm: {
        mode: "live",
        model: "gpt-test",
        usage: { calls: 1, inputTokens: 12, outputTokens: 5, cost: 0.000074 },
      },
    });
  },
);

void t.test(
  "what is over in a moment is tried again when the provider says so, and by nobody else",
  async (t) => {
    const { asked, greet } = await greetWith(t, [
      { status: 429, error: { code: "429", message: "slow down" }, headers: { "retry-after-ms": "20" } },
      { text: '{"text":"Hi"}' },
    ]);
    t.match(await greet(), { status: 200 });
    t.equal(asked.length, 2);
  },
);

void t.test("what a failure means is told, with what to do", async (t) => {
  const cases: readonly (readonly [AzureScripted, string, RegExp])[] = [
    [{ status: 401, error: { code: "401", message: "no" } }, "not-permitted", /AZURE_OPENAI_API_KEY/],
    [
      { status: 404, error: { code: "DeploymentNotFound", message: "no" } },
      "model-missing",
      /AZURE_OPENAI_DEPLOYMENT/,
    ],
    [{ status: 400, error: { code: "content_filter", message: "no" } }, "content-filtered", /content filter/],
    [{ text: "I", finish: "content_filter" }, "content-filtered", /content filter/],
    [{ status: 429, error: { message: "later" }, headers: { "retry-after": "120" } }, "overloaded", /moment/],
  ];
  for (const [answer, kind, hint] of cases) {
    const { greet, asked, agent } = await greetWith(t, [answer]);
    const { status, headers, body } = await greet();
    t.match({ status, body }, { status: 503, body: { type: `urn:agents:problem:${kind}`, hint } });
    // Only what a wait can help says how long, as the provider has said it.
    t.equal(headers.get("retry-after"), kind === "overloaded" ? "120" : null, kind);
    t.equal(asked.length, 1, `${kind} is asked once`);
    agent.child.kill("SIGKILL");
  }
});

void t.test(
  "an address that does not answer is tried a few times, then left alone for a while",
  async (t) => {
    const { greet, close } = await greetWith(t, [{ hang: true }]);
    close();
    const first = await greet();
    t.match(first, {
      status: 503,
      body: { type: "urn:agents:problem:azure-unreachable", detail: /ECONNREFUSED/ },
    });
    for (let call = 2; call <= 5; call += 1) await greet();
    t.match(await greet(), {
      status: 503,
      body: { type: "urn:agents:problem:circuit-open", hint: /in \d+ s/ },
    });
  },
);

void t.test("a caller that goes away takes its request with it", async (t) => {
  const { agent, gone, asked } = await greetWith(t, [{ hang: true }]);
  const controller = new AbortController();
  const asking = fetch(`${agent.url}/api/greeter/execute`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"who":"Eve"}',
    signal: controller.signal,
  });
  asking.catch(() => undefined);
  while (asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
  controller.abort();
  await t.rejects(asking);
  await gone;
});
