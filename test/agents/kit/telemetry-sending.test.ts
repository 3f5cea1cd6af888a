import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import t from "tap";
import { startCollector } from "../../helpers/collector.ts";
import { freePort } from "../../helpers/free-port.ts";
import { until } from "../../helpers/system.ts";
import { send } from "./helpers/agent-process.ts";
import { cloudEvent } from "./helpers/scripted-sidecar.ts";
import { VISIT, SOON, startGreeter, sendingTo, greet, spansCalled } from "./helpers/telemetry.ts";

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

  const off = await startGreeter(t, recording);
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
  const on = await startGreeter(t, { ...recording, ...sendingTo(collector.url) });
  await greet(on.agent, "Ada");
  await spansCalled(collector, "POST /api/greeter/execute");
  t.not(ofTelemetry().length, 0);
});

void t.test("by default it is protobuf, and each signal may go elsewhere", async (t) => {
  const [all, logs] = [await startCollector(t), await startCollector(t)];
  const { agent } = await startGreeter(t, {
    ...SOON,
    OTEL_EXPORTER_OTLP_ENDPOINT: `${all.url}/`,
    OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${logs.url}/my/logs`,
    OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: "http/json",
    OTEL_EXPORTER_OTLP_HEADERS: "x-key=all,x-tenant=a%20b",
    OTEL_EXPORTER_OTLP_LOGS_HEADERS: "x-key=of-logs",
    OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
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
  t.match(all.headers.get("/v1/traces"), {
    "x-key": "all",
    "x-tenant": "a b",
    "content-encoding": "gzip",
  });
  t.match(logs.headers.get("/my/logs"), { "x-key": "of-logs", "x-tenant": "a b" });
  agent.child.kill("SIGTERM");
  t.equal(await agent.exited, 0);
  t.notOk(all.bytes.some(({ path }) => path !== "/v1/traces"));
});

void t.test("nobody is sampled: no span is sent, and who comes after is told", async (t) => {
  const collector = await startCollector(t);
  const { agent, sidecar } = await startGreeter(t, {
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
  const { agent } = await startGreeter(t, {
    ...sendingTo(`http://127.0.0.1:${port}`),
    OTEL_EXPORTER_OTLP_TIMEOUT: "50",
  });
  await greet(agent, "Ada");
  await agent.printed("telemetry cannot be sent");
  for (let n = 0; n < 20; n += 1) await greet(agent, `Nr${n}`);
  const collector = await startCollector(t, port);
  await greet(agent, "Bob");
  await agent.printed("telemetry is sent again");
  await spansCalled(collector, "POST /api/greeter/execute");
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
  const { agent } = await startGreeter(t, {
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
  const { agent } = await startGreeter(t, {
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
  const wrong = await startGreeter(t, { OTEL_EXPORTER_OTLP_ENDPOINT: "localhost:4318" });
  await wrong.agent.printed("telemetry differs from what was asked for");
  t.match(wrong.agent.output(), /OTEL_EXPORTER_OTLP_ENDPOINT is/);
  t.match(await greet(wrong.agent, "Ada"), { status: 200 });
  const grpc = await startGreeter(t, {
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4317",
    OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
  });
  t.match(await grpc.agent.printed("telemetry differs from what was asked for"), /http\/protobuf/);
  t.equal(grpc.agent.output().split("telemetry differs").length, 2);
});
