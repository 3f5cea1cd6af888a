import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { startCollector } from "../../helpers/collector.ts";
import { until, urlOf } from "../../helpers/system.ts";
import { SKIP } from "../../runtime/daprd/kit.ts";
import { daprdSystem } from "../daprd/kit.ts";

t.test(
  "on daprd the flow is one trace too, with the spans of the sidecars in it",
  { skip: SKIP },
  async (t) => {
    const collector = await startCollector(t);
    const { project } = await daprdSystem(t);
    Object.assign(project.env, {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    });
    const up = project.up();
    await up.ready();
    const run = await project.json(["ps"]);
    const answer = await fetch(`${urlOf(run, "testplanning")}/api/testplanning/execute`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        requirement: "Applicants between 18 and 65 years old, inclusive, are accepted.",
      }),
    });
    t.equal(answer.status, 200);
    const last = "process agents.implementation.code.generated";
    const spanOf = (service: string, name: string) =>
      collector.spans.find((span) => span.service === service && span.name === name);
    await until(
      "the last spans have come",
      () =>
        spanOf("notification", last) !== undefined &&
        spanOf("implementation", "publish agents.implementation.code.generated") !== undefined &&
        spanOf("testplanning", "POST /api/testplanning/execute") !== undefined,
    );
    const root = spanOf("testplanning", "POST /api/testplanning/execute");
    const producer = spanOf("implementation", "publish agents.implementation.code.generated");
    const consumer = spanOf("notification", last);
    t.equal(root?.parentSpanId, null);
    t.equal(producer?.traceId, root?.traceId);
    t.match(consumer, { traceId: root?.traceId, links: [{ spanId: producer?.spanId }] });
    const server = collector.spans.find(({ spanId }) => spanId === consumer?.parentSpanId);
    t.equal(server?.kind, "server");
    t.not(server?.parentSpanId, producer?.spanId, "between them is the span of the sidecar that delivers");
    const delivering = Buffer.from(String(server?.parentSpanId), "hex");
    await until("daprd has sent that one", () =>
      collector.bytes.some(({ path, body }) => path === "/v1/traces" && body.includes(delivering)),
    );
    t.ok(
      collector.bytes.some(({ body }) => body.includes("notification-dapr")),
      "under its own name",
    );
    const config = readFileSync(join(project.root, ".agents/resources/notification/config.yaml"), "utf8");
    t.match(config, /samplingRate: "1"/);
  },
);
