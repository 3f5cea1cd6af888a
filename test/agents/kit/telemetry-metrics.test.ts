import t from "tap";
import { startCollector } from "../../helpers/collector.ts";
import { parsePrometheus, valueOf } from "../../helpers/prometheus.ts";
import type { Sample } from "../../helpers/prometheus.ts";
import { until } from "../../helpers/system.ts";
import { send } from "./helpers/agent-process.ts";
import type { AgentProcess } from "./helpers/agent-process.ts";
import { scriptedOllama } from "./helpers/scripted-ollama.ts";
import { GREETED, startGreeter, sendingTo, greet, spansCalled } from "./helpers/telemetry.ts";

async function metricsOf(agent: AgentProcess): Promise<readonly Sample[]> {
  return parsePrometheus(String((await send(`${agent.url}/metrics`)).body["text"]));
}

void t.test("a model's call says what was asked of whom, what it took, and what it cost", async (t) => {
  const collector = await startCollector(t);
  const ollama = await scriptedOllama(t, [
    { text: "no JSON at all", promptTokens: 40 },
    { text: '{"text":"Hello, Ada."}', promptTokens: 50 },
    { status: 404, error: "model 'tiny:1b' not found" },
  ]);
  const { agent } = await startGreeter(t, {
    ...sendingTo(collector.url),
    ...ollama.env,
    AGENTS_MODEL_PRICES: '{"tiny:1b":{"input":1000000,"output":0}}',
  });
  t.match(await greet(agent, "Ada"), { status: 200 });
  const [first, repair] = await spansCalled(collector, "chat tiny:1b", 2);
  const [root] = await spansCalled(collector, "POST /api/greeter/execute");
  const { port } = new URL(String(ollama.env["OLLAMA_URL"]));
  t.match(first, {
    kind: "client",
    parentSpanId: root?.spanId,
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "ollama",
      "gen_ai.request.model": "tiny:1b",
      "gen_ai.response.model": "tiny:1b",
      "gen_ai.usage.input_tokens": 40,
      "gen_ai.response.finish_reasons": ["stop"],
      "server.address": "127.0.0.1",
      "server.port": Number(port),
      "agents.prompt.ref": /^greet@\d+\.\d+\.\d+\+[\da-f]{12}$/,
      "agents.llm.mode": "live",
      "agents.llm.generated_by": "live",
    },
  });
  t.match(repair, { attributes: { "gen_ai.usage.input_tokens": 50 } });
  t.match(await greet(agent, "Bob"), { status: 503 });
  const [, , failed] = await spansCalled(collector, "chat tiny:1b", 3);
  t.match(failed, { status: 2, attributes: { "error.type": "model-missing" } });

  const series = await metricsOf(agent);
  const asked = {
    gen_ai_operation_name: "chat",
    gen_ai_provider_name: "ollama",
    gen_ai_request_model: "tiny:1b",
  };
  const answered = { ...asked, gen_ai_response_model: "tiny:1b" };
  t.equal(valueOf(series, "gen_ai_client_token_usage_sum", { ...answered, gen_ai_token_type: "input" }), 90);
  t.equal(valueOf(series, "gen_ai_client_token_usage_count", { ...answered, gen_ai_token_type: "input" }), 2);
  t.equal(valueOf(series, "gen_ai_client_operation_duration_seconds_count", answered), 2);
  t.equal(
    valueOf(series, "gen_ai_client_operation_duration_seconds_count", {
      ...asked,
      error_type: "model-missing",
    }),
    1,
  );
  t.equal(valueOf(series, "agents_llm_cost_total", { gen_ai_response_model: "tiny:1b" }), 90);
  await until("metrics are sent", () =>
    collector.metrics.some(({ name }) => name === "gen_ai.client.token.usage"),
  );
});

void t.test("GET /metrics is Prometheus' text, also without an endpoint", async (t) => {
  const { agent, sidecar } = await startGreeter(t, {});
  await greet(agent, "Ada");
  await greet(agent, "Ada");
  await greet(agent, 'a "quoted" one');
  await send(`${agent.url}/api/greeter/greetings/Ada`);
  sidecar.refusing = true;
  await greet(agent, "Bob");
  const answer = await fetch(`${agent.url}/metrics`);
  t.equal(answer.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  const series = parsePrometheus(await answer.text());
  t.equal(valueOf(series, "target_info", { service_name: "greeter" }), 1);
  const route = { http_request_method: "POST", http_route: "/api/greeter/execute" };
  const name = "http_server_request_duration_seconds";
  t.equal(valueOf(series, `${name}_count`, { ...route, http_response_status_code: "200" }), 4);
  t.ok(
    series.some(({ labels }) => labels["http_route"] === "/api/greeter/greetings/:who"),
    "templates, not paths",
  );
  const buckets = series.filter(
    ({ name: found, labels }) => found === `${name}_bucket` && labels["http_route"] === route.http_route,
  );
  t.equal(buckets.length, 15);
  t.same(
    buckets.map(({ value }) => value),
    buckets.map(({ value }) => value).toSorted((a, b) => a - b),
    "each bucket holds those below it",
  );
  t.match(buckets.at(-1), { labels: { le: "+Inf" }, value: 4 });
  t.equal(valueOf(series, "agents_outbox_pending", {}), 1);
  const sent = {
    messaging_system: "dapr",
    messaging_operation_name: "publish",
    messaging_operation_type: "send",
  };
  const publishes = "messaging_client_operation_duration_seconds_count";
  t.equal(valueOf(series, publishes, { ...sent, messaging_destination_name: GREETED }), 3);
  t.notOk(JSON.stringify((await send(`${agent.url}/openapi.json`)).body).includes("/metrics"));
});
