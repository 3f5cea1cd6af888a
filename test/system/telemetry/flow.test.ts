import t from "tap";
import { startCollector } from "../../helpers/collector.ts";
import type { ReceivedLine, ReceivedSpan } from "../../helpers/collector.ts";
import { systemProject, until, urlOf } from "../../helpers/system.ts";

const REQUIREMENT = "Applicants between 18 and 65 years old, inclusive, are accepted.";

/*
 * POST testplanning ─▶ spec.generated ─▶ implementation ─▶ code.generated ─▶ notification ─▶ sent.completed
 *                                                              └▶ testplanning ─▶ coverage.analyzed
 */
t.test("the whole reference flow is one trace, from the request to the last consumer", async (t) => {
  const collector = await startCollector(t);
  const project = systemProject(t, {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" },
  });
  const up = project.up();
  await up.ready();
  const run = await project.json(["ps"]);
  const answer = await fetch(`${urlOf(run, "testplanning")}/api/testplanning/execute`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ requirement: REQUIREMENT }),
  });
  t.equal(answer.status, 200);
  const correlation = answer.headers.get("x-correlation-id");

  const spansOf = (kind: string, name: string): readonly ReceivedSpan[] =>
    collector.spans.filter((span) => span.kind === kind && span.name === name);
  const processed = "process agents.implementation.code.generated";
  await until(
    "the last spans have come",
    () =>
      spansOf("consumer", processed).some(({ service }) => service === "notification") &&
      spansOf("producer", "publish agents.notification.sent.completed").length > 0 &&
      spansOf("server", "POST /api/testplanning/execute").length > 0 &&
      collector.lines.some(({ service }) => service === "notification"),
  );

  const [root] = spansOf("server", "POST /api/testplanning/execute");
  t.match(root, {
    service: "testplanning",
    parentSpanId: null,
    attributes: {
      "http.request.method": "POST",
      "http.route": "/api/testplanning/execute",
      "http.response.status_code": 200,
      "agents.correlation_id": correlation,
      "agents.prompt.ref": /^[\w-]+@\d+\.\d+\.\d+\+[\da-f]{12}$/,
      "agents.llm.generated_by": "sample",
    },
  });
  const last = spansOf("consumer", processed).find(({ service }) => service === "notification");
  const chain = chainOf(collector.spans, last);
  t.same(
    chain.map(({ service, kind, name }) => `${service}: ${kind} ${name}`),
    [
      "testplanning: server POST /api/testplanning/execute",
      "testplanning: producer publish agents.testplanning.spec.generated",
      "implementation: server POST /events/agents.testplanning.spec.generated",
      "implementation: consumer process agents.testplanning.spec.generated",
      "implementation: producer publish agents.implementation.code.generated",
      "notification: server POST /events/agents.implementation.code.generated",
      "notification: consumer process agents.implementation.code.generated",
    ],
  );
  const trace = root?.traceId;
  t.ok(
    collector.spans.every(({ traceId }) => traceId === trace),
    "nothing of it is in another trace",
  );
  const published = chain.find(({ name }) => name === "publish agents.implementation.code.generated");
  t.same(last?.links, [{ traceId: trace, spanId: published?.spanId }], "a consumer names what it is from");
  t.match(last?.attributes, {
    "messaging.system": "dapr",
    "messaging.operation.type": "process",
    "messaging.destination.name": "agents.implementation.code.generated",
    "messaging.message.id": published?.attributes["messaging.message.id"],
    "messaging.message.conversation_id": correlation,
    "messaging.consumer.group.name": "notification",
    "agents.delivery.result": "handled",
  });

  const [chat] = spansOf("client", "chat sample").filter(({ service }) => service === "testplanning");
  t.match(chat, {
    parentSpanId: root?.spanId,
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "sample",
      "gen_ai.request.model": "sample",
      "gen_ai.output.type": "json",
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.prompt.name": /^\w/,
      "agents.llm.mode": "sample",
      "agents.llm.generated_by": "sample",
    },
  });
  t.notOk("gen_ai.input.messages" in (chat?.attributes ?? {}), "what was asked is not sent unasked");

  const handled = (): ReceivedLine | undefined =>
    collector.lines.find(
      ({ service, body, traceId }) =>
        service === "notification" && body === "handled an event" && traceId === trace,
    );
  await until("its line has arrived: lines are sent apart from spans", () => handled() !== undefined);
  t.equal(handled()?.spanId, last?.spanId);
  const logged = await project.lines(["logs", "notification"]);
  t.ok(JSON.stringify(logged).includes(`trace_id=${trace}`), "the log names the trace too");

  await project.agents(["down"]);
  const names = new Set(
    collector.metrics.filter(({ service }) => service === "notification").map(({ name }) => name),
  );
  for (const name of [
    "http.server.request.duration",
    "messaging.process.duration",
    "gen_ai.client.operation.duration",
  ])
    t.ok(names.has(name), `${name} was sent when the agent stopped`);
});

/** From the root down to the span. */
function chainOf(spans: readonly ReceivedSpan[], last: ReceivedSpan | undefined): readonly ReceivedSpan[] {
  const chain: ReceivedSpan[] = [];
  for (let span = last; span !== undefined;) {
    chain.unshift(span);
    const { parentSpanId } = span;
    span = spans.find(({ spanId }) => spanId === parentSpanId);
  }
  return chain;
}
