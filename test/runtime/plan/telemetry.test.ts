import t from "tap";
import {
  isTelemetryOn,
  senderEnvironment,
  spanTarget,
  telemetryVariables,
} from "../../../src/runtime/plan/telemetry.ts";

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318" };
const SENDER = { service: "notification", project: "my agents", runId: "r1" };

t.test("telemetry is on where an endpoint is named and nobody has switched it off", (t) => {
  t.equal(isTelemetryOn({}), false);
  t.equal(isTelemetryOn(ENDPOINT), true);
  t.equal(isTelemetryOn({ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "http://x/v1/metrics" }), true);
  t.equal(isTelemetryOn({ ...ENDPOINT, OTEL_SDK_DISABLED: "TRUE" }), false);
  t.end();
});

t.test("spans go where OpenTelemetry's variables say", (t) => {
  t.match(spanTarget(ENDPOINT), { url: "http://127.0.0.1:4318/v1/traces", protocol: "http/protobuf" });
  t.match(spanTarget({ OTEL_EXPORTER_OTLP_ENDPOINT: "https://o/base/" }), {
    url: "https://o/base/v1/traces",
  });
  t.match(spanTarget({ ...ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://t:1/mine" }), {
    url: "http://t:1/mine",
  });
  t.match(spanTarget({ ...ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }), { protocol: "grpc" });
  for (const off of [
    {},
    { ...ENDPOINT, OTEL_TRACES_EXPORTER: "none" },
    { ...ENDPOINT, OTEL_SDK_DISABLED: "true" },
    { OTEL_EXPORTER_OTLP_ENDPOINT: "localhost:4318" },
    { OTEL_EXPORTER_OTLP_ENDPOINT: "no address" },
  ])
    t.equal(spanTarget(off), null, JSON.stringify(off));
  t.end();
});

t.test("each process has a name of its own; what the user said of it goes before", (t) => {
  t.same(senderEnvironment(SENDER, { OTEL_SERVICE_NAME: "all-of-them" }), {
    OTEL_BSP_SCHEDULE_DELAY: "1000",
    OTEL_BLRP_SCHEDULE_DELAY: "1000",
    OTEL_METRIC_EXPORT_INTERVAL: "10000",
    OTEL_SERVICE_NAME: "notification",
    OTEL_RESOURCE_ATTRIBUTES:
      "service.namespace=my%20agents,service.instance.id=notification.r1,agents.run.id=r1",
  });
  const said = { OTEL_RESOURCE_ATTRIBUTES: "team=a,service.namespace=shop", OTEL_BSP_SCHEDULE_DELAY: "5" };
  t.match(senderEnvironment(SENDER, said, { OTEL_SERVICE_NAME: "mine" }), {
    OTEL_BSP_SCHEDULE_DELAY: undefined,
    OTEL_SERVICE_NAME: "mine",
    OTEL_RESOURCE_ATTRIBUTES:
      "team=a,service.namespace=shop,service.instance.id=notification.r1,agents.run.id=r1",
  });
  t.end();
});

t.test("a container is told where telemetry goes, and of no file that it cannot see", (t) => {
  const headers = { OTEL_EXPORTER_OTLP_HEADERS: "key=1", OTEL_EXPORTER_OTLP_CERTIFICATE: "/etc/ca.pem" };
  const client = { OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY: "/etc/key.pem" };
  t.same(telemetryVariables({ ...ENDPOINT, ...headers, ...client, HOME: "/root", XOTEL_A: "b" }), {
    ...ENDPOINT,
    OTEL_EXPORTER_OTLP_HEADERS: "key=1",
  });
  t.end();
});
