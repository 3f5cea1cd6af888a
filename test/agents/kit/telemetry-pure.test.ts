import t from "tap";
import { KitMetrics } from "../../../src/agents/kit/telemetry/metrics/kit-metrics.ts";
import { prometheusText } from "../../../src/agents/kit/telemetry/metrics/prometheus-text.ts";
import { Counter, Histogram } from "../../../src/agents/kit/telemetry/metrics/registry.ts";
import { Sending } from "../../../src/agents/kit/telemetry/sending.ts";
import { readTelemetry } from "../../../src/agents/kit/telemetry/settings.ts";
import { continued, readTraceContext } from "../../../src/agents/kit/telemetry/trace-context.ts";
import { createLogger } from "../../../src/agents/kit/log/logger.ts";
import { parsePrometheus, valueOf } from "../../helpers/prometheus.ts";

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318/base/" };

void t.test("where each signal goes", (t) => {
  t.match(readTelemetry(ENDPOINT)?.signals, {
    traces: { url: "http://c:4318/base/v1/traces", protocol: "http/protobuf" },
    metrics: { url: "http://c:4318/base/v1/metrics" },
    logs: { url: "http://c:4318/base/v1/logs" },
  });
  const own = {
    OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "https://l/",
    OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: "http/json",
  };
  t.same(readTelemetry(own)?.signals, { logs: { url: "https://l/", protocol: "http/json" } });
  t.same(Object.keys(readTelemetry({ ...ENDPOINT, OTEL_METRICS_EXPORTER: "none" })?.signals ?? {}), [
    "traces",
    "logs",
  ]);
  for (const off of [{}, { OTEL_SERVICE_NAME: "x" }, { ...ENDPOINT, OTEL_SDK_DISABLED: "True" }])
    t.equal(readTelemetry(off), null, JSON.stringify(off));
  t.end();
});

void t.test("what the sampler is called", (t) => {
  t.same(samplingOf(), [{ root: "always_on", ratio: 1, parentBased: true }, 0]);
  t.same(samplingOf("always_off"), [{ root: "always_off", ratio: 1, parentBased: false }, 0]);
  t.same(samplingOf("parentbased_traceidratio", "0.25"), [
    { root: "traceidratio", ratio: 0.25, parentBased: true },
    0,
  ]);
  t.same(samplingOf("traceidratio", "2"), [{ root: "traceidratio", ratio: 1, parentBased: false }, 1]);
  t.same(samplingOf("xray"), [{ root: "always_on", ratio: 1, parentBased: true }, 1]);
  t.end();
});

void t.test("what cannot be used is a warning that names the variable", (t) => {
  t.match(
    warningsOf({ OTEL_EXPORTER_OTLP_ENDPOINT: "nowhere" }),
    /^OTEL_EXPORTER_OTLP_ENDPOINT is "nowhere"/,
  );
  t.match(
    warningsOf({ ...ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "grpc" }),
    /^OTEL_EXPORTER_OTLP_TRACES_PROTOCOL/,
  );
  t.equal(
    warningsOf({ ...ENDPOINT, OTEL_TRACES_EXPORTER: "console", OTEL_LOGS_EXPORTER: "otlp" }),
    'OTEL_TRACES_EXPORTER names "console"; traces are sent by OTLP alone',
  );
  t.match(warningsOf({ ...ENDPOINT, OTEL_BSP_SCHEDULE_DELAY: "soon" }), /^OTEL_BSP_SCHEDULE_DELAY is "soon"/);
  t.end();
});

void t.test("a trace context is one of W3C's, and zeros are none", (t) => {
  const trace = "0af7651916cd43dd8448eb211c80319c";
  const one = `00-${trace}-b7ad6b7169203331-01`;
  t.same(readTraceContext(one, ""), { traceparent: one, tracestate: null });
  t.same(readTraceContext(one, "a=b"), { traceparent: one, tracestate: "a=b" });
  for (const none of [
    undefined,
    "",
    "own",
    one.toUpperCase(),
    `ff${one.slice(2)}`,
    `00-${"0".repeat(32)}-b7ad6b7169203331-01`,
    `00-${trace}-${"0".repeat(16)}-00`,
  ])
    t.equal(readTraceContext(none, "a=b"), null, String(none));

  const came = { traceparent: one, tracestate: "a=b" };
  const own = { traceparent: `00-${trace}-1111111111111111-01`, tracestate: null };
  const other = { traceparent: `00-${"1".repeat(32)}-1111111111111111-01`, tracestate: null };
  t.equal(continued(came, null), came);
  t.equal(continued(null, own), own);
  t.same(continued(came, own), { ...own, tracestate: "a=b" });
  t.equal(continued(came, other), other, "what belongs to one trace is not put into another");
  t.end();
});

void t.test("labels of any text are written so that they can be read", (t) => {
  const counter = new Counter({
    name: "a.b-c",
    description: "Line\none",
    unit: "",
    labels: ["of.what", "rest"],
  });
  const text = 'a "b" \\ c\nd, e="f"} 1';
  counter.add(2, [text, null]);
  counter.add(0.5, [text, null]);
  const series = parsePrometheus(prometheusText([counter.read()]));
  t.equal(valueOf(series, "a_b_c_total", { of_what: text }), 2.5);
  t.end();
});

void t.test("a value belongs to the first bucket whose bound it does not exceed", (t) => {
  const histogram = new Histogram({ name: "h", description: "h", unit: "s", labels: [] }, [1, 2]);
  for (const value of [0, 1, 1.5, 2, 3]) histogram.record(value, []);
  t.match(histogram.read().points, [{ value: { counts: [2, 2, 1], sum: 7.5, count: 5 } }]);
  const series = parsePrometheus(prometheusText([histogram.read()]));
  t.same(
    series.map(({ name, labels, value }) => [name, labels["le"], value]),
    [
      ["h_seconds_bucket", "1", 2],
      ["h_seconds_bucket", "2", 4],
      ["h_seconds_bucket", "+Inf", 5],
      ["h_seconds_sum", undefined, 7.5],
      ["h_seconds_count", undefined, 5],
    ],
  );
  t.end();
});

void t.test(
  "labels without end cost no memory without end, and nothing is left out of the sum",
  async (t) => {
    const metrics = new KitMetrics();
    for (let n = 0; n < 2500; n += 1) metrics.cost(1, `model-${n}`);
    const series = parsePrometheus(prometheusText(await metrics.read()));
    const cost = series.filter(({ name }) => name === "agents_llm_cost_total");
    t.equal(cost.length, 2001);
    t.equal(valueOf(series, "agents_llm_cost_total", { otel_metric_overflow: "true" }), 500);
  },
);

void t.test("what fails again and again is told once, and once more when it is over", (t) => {
  const lines: string[] = [];
  const sending = new Sending(createLogger((line) => lines.push(line.split(" signal")[0]?.trim() ?? "")));
  sending.sent("traces");
  sending.failed("traces", "refused");
  sending.failed("logs", "refused");
  sending.failed("traces", "refused");
  sending.sent("traces");
  t.equal(sending.failing, true, "the log does not arrive yet");
  sending.sent("logs");
  sending.sent("logs");
  t.equal(sending.failing, false);
  sending.failed("metrics", "refused");
  t.same(lines, [
    "warn: telemetry cannot be sent; what is not sent in time is dropped",
    "info: telemetry is sent again",
    "warn: telemetry cannot be sent; what is not sent in time is dropped",
  ]);
  t.end();
});

function samplingOf(name?: string, arg?: string) {
  const settings = readTelemetry({ ...ENDPOINT, OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: arg });
  return [settings?.sampling, settings?.warnings.length];
}

function warningsOf(env: Record<string, string>): string {
  return readTelemetry(env)?.warnings.join("\n") ?? "";
}
