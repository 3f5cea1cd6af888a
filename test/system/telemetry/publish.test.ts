import t from "tap";
import { startCollector } from "../../helpers/collector.ts";
import { pick, systemProject, until } from "../../helpers/system.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const REQUESTED = "agents.notification.send.requested";
const NOTICE = JSON.stringify({
  recipient: "ada@example.org",
  message: "The build is green.",
  subject: "Build",
});

t.test("an event that is published by hand begins a trace, which its journal entry names", async (t) => {
  const collector = await startCollector(t);
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" };
  const project = systemProject(t, { agents: ["notification"], env });
  const up = project.up();
  await up.ready();
  const sent = await project.json(["publish", REQUESTED, "--data", NOTICE, "--wait"]);
  const id = String(pick(sent, "id"));
  const spanOf = (kind: string) =>
    collector.spans.find(
      ({ kind: found, attributes }) => found === kind && attributes["messaging.message.id"] === id,
    );
  await until(
    "its spans have come",
    () => spanOf("producer") !== undefined && spanOf("consumer") !== undefined,
  );
  const [producer, consumer] = [spanOf("producer"), spanOf("consumer")];
  t.match(producer, {
    service: "agents",
    name: `publish ${REQUESTED}`,
    parentSpanId: null,
    attributes: { "messaging.message.conversation_id": pick(sent, "correlationId") },
  });
  t.match(consumer, {
    service: "notification",
    traceId: producer?.traceId,
    links: [{ spanId: producer?.spanId }],
    resource: { "service.namespace": "system-test", "service.instance.id": /^notification\./ },
  });
  const shown = await project.json(["events", "show", id]);
  t.match(shown, { traceId: producer?.traceId });
  t.ok((await project.agents(["events", "show", id])).stdout.includes(`trace        ${producer?.traceId}`));

  const listed = await project.lines(["events", "--type", REQUESTED]);
  t.notOk("traceId" in (listed[0] as object), "what a list prints of an event stays as it was");
});

t.test("a pipeline's trace goes on in what it publishes, with telemetry and without", async (t) => {
  const project = systemProject(t, {
    agents: ["notification"],
    env: { TRACEPARENT: `00-${TRACE}-b7ad6b7169203331-01` },
  });
  const up = project.up();
  await up.ready();
  const sent = await project.json(["publish", REQUESTED, "--data", NOTICE, "--wait"]);
  t.match(sent, { settled: true });
  t.match(await project.json(["events", "show", String(pick(sent, "id"))]), { traceId: TRACE });
  const [caused] = await project.lines(["events", "--type", "agents.notification.sent.completed"]);
  t.match(await project.json(["events", "show", String(pick(caused, "id"))]), { traceId: TRACE });
});
