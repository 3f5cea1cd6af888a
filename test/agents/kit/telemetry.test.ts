import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import t from "tap";
import type { Test } from "tap";
import { startCollector } from "../../helpers/collector.ts";
import type { Collector, ReceivedSpan } from "../../helpers/collector.ts";
import { freePort } from "../../helpers/free-port.ts";
import { until } from "../../helpers/system.ts";
import { parsePrometheus, valueOf } from "../../helpers/prometheus.ts";
import type { Sample } from "../../helpers/prometheus.ts";
import { send, startAgent } from "./helpers/agent-process.ts";
import type { AgentProcess } from "./helpers/agent-process.ts";
import { scriptedOllama } from "./helpers/scripted-ollama.ts";
import { cloudEvent, ScriptedSidecar } from "./helpers/scripted-sidecar.ts";

const VISIT = "agents.visits.visit.announced";
const GREETED = "agents.greeter.greeting.made";
const TRACE = "0af7651916cd43dd8448eb211c80319c";
const PARENT = "b7ad6b7169203331";
const TRACEPARENT = `00-${TRACE}-${PARENT}-01`;
/** What is done is seen soon. */
const SOON = {
  OTEL_BSP_SCHEDULE_DELAY: "20",
  OTEL_BLRP_SCHEDULE_DELAY: "20",
  OTEL_METRIC_EXPORT_INTERVAL: "100",
};

async function metricsOf(agent: AgentProcess): Promise<readonly Sample[]> {
  return parsePrometheus(String((await send(`${agent.url}/metrics`)).body["text"]));
}

interface Started {
  readonly agent: AgentProcess;
  readonly sidecar: ScriptedSidecar;
  readonly env: Readonly<Record<string, string>>;
}

async function start(t: Test, more: Record<string, string>): Promise<Started> {
  const sidecar = await ScriptedSidecar.start(t);
  const env = { ...sidecar.env, SQLSERVER_URL: `sqlite:${join(t.testdir(), "agents.db")}`, ...more };
  return { sidecar, env, agent: await startAgent(t, "greeter", env) };
}

function sendingTo(url: string): Record<string, string> {
  return { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: "http/json", ...SOON };
}

async function greet(agent: AgentProcess, who: string, headers: Record<string, string> = {}) {
  return await send(`${agent.url}/api/greeter/execute`, undefined, {
    method: "POST",
    body: JSON.stringify({ who }),
    headers: { "content-type": "application/json", ...headers },
  });
}

async function spanCalled(collector: Collector, name: string, count = 1): Promise<readonly ReceivedSpan[]> {
  const found = (): readonly ReceivedSpan[] => collector.spans.filter((span) => span.name === name);
  await until(`${count} × ${name}`, () => found().length >= count);
  return found();
}

void t.test("without an endpoint nothing of OpenTelemetry is loaded, with one it is", async (t) => {
  const loaded = join(t.testdir(), "loaded.txt");
  const recording = {
    LOADED: loaded,
    NODE_OPTIONS: `--import=${new URL("../../fixtures/records-imports.js", import.meta.url).href}`,
  };
  const ofTelemetry = (): readonly string[] =>
    readFileSync(loaded, "utf8")
      .split("\n")
      .filter((url) => /@opentelemetry|telemetry\/otel\//.test(url));

  const off = await start(t, recording);
  t.match(await greet(off.agent, "Ada"), { status: 200 });
  const ready = await send(`${off.agent.url}/healthz/ready`);
  t.equal(ready.status, 200);
  const delivered = await send(`${off.agent.url}/events/${VISIT}`, cloudEvent(VISIT, { who: "Bob" }));
  t.same(delivered.body, { status: "SUCCESS" });
  t.match(
    (await send(`${off.agent.url}/metrics`)).body["text"],
    /http_server_request_duration_seconds_count/,
  );
  t.same(ofTelemetry(), []);

  const collector = await startCollector(t);
  const on = await start(t, { ...recording, ...sendingTo(collector.url) });
  await greet(on.agent, "Ada");
  await spanCalled(collector, "POST /api/greeter/execute");
  t.not(ofTelemetry().length, 0);
});

void t.test("a trace that comes in goes on, in the spans and in what is published", async (t) => {
  const collector = await startCollector(t);
  const { agent, sidecar } = await start(t, sendingTo(collector.url));
  await greet(agent, "Ada", { traceparent: TRACEPARENT, tracestate: "vendor=1" });
  const [server] = await spanCalled(collector, "POST /api/greeter/execute");
  t.match(server, { kind: "server", traceId: TRACE, parentSpanId: PARENT });
  const [producer] = await spanCalled(collector, `publish ${GREETED}`);
  t.match(producer, {
    kind: "producer",
    traceId: TRACE,
    parentSpanId: server?.spanId,
    attributes: { "messaging.message.id": sidecar.published[0]?.id, "messaging.operation.type": "send" },
  });
  const traceparent = `00-${TRACE}-${producer?.spanId}-01`;
  t.match(sidecar.published, [{ traceparent, traceid: traceparent, tracestate: "vendor=1" }]);
  const [load] = await spanCalled(collector, "load prompt greet");
  t.match(load, { parentSpanId: server?.spanId, attributes: { "agents.prompt.ref": /^greet@/ } });

  await send(`${agent.url}/healthz/ready`);
  await send(`${agent.url}/metrics`);
  await greet(agent, "Bob");
  await spanCalled(collector, "POST /api/greeter/execute", 2);
  t.notOk(
    collector.spans.some(({ name }) => /healthz|metrics/.test(name)),
    "who only watches begins no trace",
  );
});

void t.test("what fails is an error of its span; what a caller did wrong is none", async (t) => {
  const collector = await startCollector(t);
  const { agent } = await start(t, sendingTo(collector.url));
  t.match(await greet(agent, "bug"), { status: 500 });
  const [failed] = await spanCalled(collector, "POST /api/greeter/execute");
  t.match(failed, {
    status: 2,
    attributes: { "http.response.status_code": 500, "error.type": "Error" },
    events: [{ name: "exception", attributes: { "exception.message": "secret inner detail" } }],
  });
  t.match(await greet(agent, ""), { status: 422 });
  const [, refused] = await spanCalled(collector, "POST /api/greeter/execute", 2);
  t.match(refused, { status: 0, attributes: { "http.response.status_code": 422 } });
  t.match(await send(`${agent.url}/nowhere/42`), { status: 404 });
  const [lost] = await spanCalled(collector, "GET");
  t.match(lost, { attributes: { "url.path": "/nowhere/42", "http.response.status_code": 404 } });
  t.notOk("http.route" in (lost?.attributes ?? {}), "a path is no name for a route");
});

void t.test("each delivery of an event has a span that links to the one that published it", async (t) => {
  const collector = await startCollector(t);
  const { agent } = await start(t, sendingTo(collector.url));
  const event = cloudEvent(VISIT, { who: "Bob" }, { traceparent: TRACEPARENT, traceid: TRACEPARENT });
  const other = "00-11111111111111111111111111111111-2222222222222222-01";
  for (const traceparent of [TRACEPARENT, other])
    await send(`${agent.url}/events/${VISIT}`, undefined, {
      method: "POST",
      body: JSON.stringify(event),
      headers: { "content-type": "application/cloudevents+json", traceparent },
    });
  const [first, second] = await spanCalled(collector, `process ${VISIT}`, 2);
  const link = { traceId: TRACE, spanId: PARENT };
  t.match(first, { traceId: TRACE, links: [link], attributes: { "agents.delivery.result": "handled" } });
  t.match(second, {
    traceId: "11111111111111111111111111111111",
    links: [link],
    attributes: { "agents.delivery.result": "repeated" },
  });
  const poison = cloudEvent(VISIT, { who: "" });
  await send(`${agent.url}/events/${VISIT}`, poison);
  const [, , dropped] = await spanCalled(collector, `process ${VISIT}`, 3);
  t.match(dropped, {
    status: 2,
    attributes: { "agents.delivery.result": "dropped", "error.type": "dropped" },
  });
  const text = String((await send(`${agent.url}/metrics`)).body["text"]);
  t.match(text, `agents_inbox_duplicates_total{messaging_destination_name="${VISIT}"} 1`);
});

void t.test("an event that is published by a later process, after kill -9, stays in its trace", async (t) => {
  const collector = await startCollector(t);
  const { agent, sidecar, env } = await start(t, sendingTo(collector.url));
  sidecar.refusing = true;
  t.match(await greet(agent, "Ada", { traceparent: TRACEPARENT }), { status: 200 });
  const [server] = await spanCalled(collector, "POST /api/greeter/execute");
  t.equal(sidecar.published.length, 0, "committed, and not published");
  agent.child.kill("SIGKILL");
  await agent.exited;
  collector.forget();
  sidecar.refusing = false;
  const next = await startAgent(t, "greeter", env);
  await send(`${next.url}/healthz/ready`);
  await sidecar.publishedCount(1);
  const [producer] = await spanCalled(collector, `publish ${GREETED}`);
  t.match(producer, { traceId: TRACE, parentSpanId: server?.spanId });
  t.match(sidecar.published, [{ traceparent: `00-${TRACE}-${producer?.spanId}-01` }]);
});

void t.test("what is asked and answered is sent where that was asked for", async (t) => {
  const collector = await startCollector(t);
  const { agent } = await start(t, {
    ...sendingTo(collector.url),
    OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "true",
  });
  await greet(agent, "Ada");
  const [chat] = await spanCalled(collector, "chat sample");
  const asked: unknown = JSON.parse(String(chat?.attributes["gen_ai.input.messages"]));
  t.match(asked, [{ role: "user", parts: [{ type: "text", content: /Ada/ }] }]);
  const answered: unknown = JSON.parse(String(chat?.attributes["gen_ai.output.messages"]));
  t.match(answered, [
    { role: "assistant", parts: [{ content: /Good morning, Ada/ }], finish_reason: "stop" },
  ]);
});

void t.test("a model's call says what was asked of whom, what it took, and what it cost", async (t) => {
  const collector = await startCollector(t);
  const ollama = await scriptedOllama(t, [
    { text: "no JSON at all", promptTokens: 40 },
    { text: '{"text":"Hello, Ada."}', promptTokens: 50 },
    { status: 404, error: "model 'tiny:1b' not found" },
  ]);
  const { agent } = await start(t, {
    ...sendingTo(collector.url),
    ...ollama.env,
    AGENTS_MODEL_PRICES: '{"tiny:1b":{"input":1000000,"output":0}}',
  });
  t.match(await greet(agent, "Ada"), { status: 200 });
  const [first, repair] = await spanCalled(collector, "chat tiny:1b", 2);
  const [root] = await spanCalled(collector, "POST /api/greeter/execute");
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
  const [, , failed] = await spanCalled(collector, "chat tiny:1b", 3);
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
  const { agent, sidecar } = await start(t, {});
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

void t.test("by default it is protobuf, and each signal may go elsewhere", async (t) => {
  const [all, logs] = [await startCollector(t), await startCollector(t)];
  const { agent } = await start(t, {
    ...SOON,
    OTEL_EXPORTER_OTLP_ENDPOINT: `${all.url}/`,
    OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${logs.url}/my/logs`,
    OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: "http/json",
    OTEL_METRICS_EXPORTER: "none",
    OTEL_SERVICE_NAME: "shop",
    OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test",
  });
  await greet(agent, "Ada");
  await until("spans have come", () =>
    all.bytes.some(({ body }) => body.includes("POST /api/greeter/execute")),
  );
  await until("lines have come", () => logs.lines.some(({ body }) => body === "Greet is done"));
  const [sent] = all.bytes;
  t.match(sent, { path: "/v1/traces", type: "application/x-protobuf" });
  t.ok(sent?.body.includes("deployment.environment.name"));
  const line = logs.lines.find(({ body }) => body === "Greet is done");
  t.match(line, { service: "shop", severity: "INFO", traceId: /^[\da-f]{32}$/, attributes: { emitted: 1 } });
  agent.child.kill("SIGTERM");
  t.equal(await agent.exited, 0);
  t.notOk(all.bytes.some(({ path }) => path !== "/v1/traces"));
});

void t.test("nobody is sampled: no span is sent, and who comes after is told", async (t) => {
  const collector = await startCollector(t);
  const { agent, sidecar } = await start(t, {
    ...sendingTo(collector.url),
    OTEL_TRACES_SAMPLER: "always_off",
  });
  await greet(agent, "Ada");
  await until("the log has come", () => collector.lines.some(({ body }) => body === "Greet is done"));
  t.same(collector.spans, []);
  t.match(sidecar.published, [{ traceparent: /^00-[\da-f]{32}-[\da-f]{16}-00$/ }]);
});

void t.test("a dead collector costs one warning, and is used when it comes back", async (t) => {
  const port = await freePort();
  const { agent } = await start(t, {
    ...sendingTo(`http://127.0.0.1:${port}`),
    OTEL_EXPORTER_OTLP_TIMEOUT: "50",
  });
  await greet(agent, "Ada");
  await agent.printed("telemetry cannot be sent");
  for (let n = 0; n < 20; n += 1) await greet(agent, `Nr${n}`);
  const collector = await startCollector(t, port);
  await greet(agent, "Bob");
  await agent.printed("telemetry is sent again");
  await spanCalled(collector, "POST /api/greeter/execute");
  t.equal(agent.output().split("telemetry cannot be sent").length, 2, agent.output());
  t.notMatch(agent.output(), /ECONNREFUSED[^\n]*\n[^\n]*ECONNREFUSED/);
});

void t.test("a collector that takes and never answers does not hold the stop up", async (t) => {
  let asked = 0;
  const silent = createServer(() => (asked += 1));
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  t.teardown(() => {
    silent.closeAllConnections();
    silent.close();
  });
  const { port } = silent.address() as AddressInfo;
  const { agent } = await start(t, {
    ...sendingTo(`http://127.0.0.1:${port}`),
    OTEL_EXPORTER_OTLP_TIMEOUT: "600000",
  });
  await greet(agent, "Ada");
  await until("it was asked", () => asked > 0);
  agent.child.kill("SIGTERM");
  t.equal(await agent.exited, 0);
});

void t.test("what the last moment brought is sent when the agent stops", async (t) => {
  const collector = await startCollector(t);
  const { agent } = await start(t, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_BSP_SCHEDULE_DELAY: "600000",
    OTEL_BLRP_SCHEDULE_DELAY: "600000",
  });
  await greet(agent, "Ada");
  t.equal(collector.requests, 0);
  agent.child.kill("SIGTERM");
  t.equal(await agent.exited, 0);
  t.ok(collector.spans.some(({ name }) => name === "POST /api/greeter/execute"));
  t.ok(collector.lines.some(({ body }) => body === "stops"));
  const tokens = collector.metrics.find(({ name }) => name === "http.server.request.duration");
  t.match(tokens, {
    unit: "s",
    points: [{ count: 1, attributes: { "http.route": "/api/greeter/execute" } }],
  });
});

void t.test("what cannot be used is said once, in words", async (t) => {
  const wrong = await start(t, { OTEL_EXPORTER_OTLP_ENDPOINT: "localhost:4318" });
  await wrong.agent.printed("telemetry is not as it was asked for");
  t.match(wrong.agent.output(), /OTEL_EXPORTER_OTLP_ENDPOINT is/);
  t.match(await greet(wrong.agent, "Ada"), { status: 200 });
  const grpc = await start(t, {
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4317",
    OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
  });
  t.match(await grpc.agent.printed("telemetry is not as it was asked for"), /http\/protobuf/);
  t.equal(grpc.agent.output().split("telemetry is not").length, 2);
});
