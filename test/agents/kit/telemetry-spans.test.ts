import t from "tap";
import { startCollector } from "../../helpers/collector.ts";
import { send, startAgent } from "./helpers/agent-process.ts";
import { cloudEvent } from "./helpers/scripted-sidecar.ts";
import {
  VISIT,
  GREETED,
  TRACE,
  PARENT,
  TRACEPARENT,
  startGreeter,
  sendingTo,
  greet,
  spansCalled,
} from "./helpers/telemetry.ts";

void t.test("a trace that comes in goes on, in the spans and in what is published", async (t) => {
  const collector = await startCollector(t);
  const { agent, sidecar } = await startGreeter(t, sendingTo(collector.url));
  await greet(agent, "Ada", { traceparent: TRACEPARENT, tracestate: "vendor=1" });
  const [server] = await spansCalled(collector, "POST /api/greeter/execute");
  t.match(server, { kind: "server", traceId: TRACE, parentSpanId: PARENT });
  const [producer] = await spansCalled(collector, `publish ${GREETED}`);
  t.match(producer, {
    kind: "producer",
    traceId: TRACE,
    parentSpanId: server?.spanId,
    attributes: { "messaging.message.id": sidecar.published[0]?.id, "messaging.operation.type": "send" },
  });
  const traceparent = `00-${TRACE}-${producer?.spanId}-01`;
  t.match(sidecar.published, [{ traceparent, traceid: traceparent, tracestate: "vendor=1" }]);
  const [load] = await spansCalled(collector, "load prompt greet");
  t.match(load, { parentSpanId: server?.spanId, attributes: { "agents.prompt.ref": /^greet@/ } });

  await send(`${agent.url}/healthz/ready`);
  await send(`${agent.url}/metrics`);
  await send(`${agent.url}/api/greeter/health`);
  await greet(agent, "Bob");
  await spansCalled(collector, "POST /api/greeter/execute", 2);
  t.notOk(
    collector.spans.some(({ name }) => /health|metrics/.test(name)),
    "who only watches begins no trace",
  );
});

void t.test("what fails is an error of its span; what a caller did wrong is none", async (t) => {
  const collector = await startCollector(t);
  const { agent } = await startGreeter(t, sendingTo(collector.url));
  t.match(await greet(agent, "bug"), { status: 500 });
  const [failed] = await spansCalled(collector, "POST /api/greeter/execute");
  t.match(failed, {
    status: 2,
    attributes: { "http.response.status_code": 500, "error.type": "Error" },
    events: [{ name: "exception", attributes: { "exception.message": "secret inner detail" } }],
  });
  t.match(await greet(agent, ""), { status: 422 });
  const [, refused] = await spansCalled(collector, "POST /api/greeter/execute", 2);
  t.match(refused, { status: 0, attributes: { "http.response.status_code": 422 } });
  t.match(await send(`${agent.url}/nowhere/42`), { status: 404 });
  const [lost] = await spansCalled(collector, "GET");
  t.match(lost, { attributes: { "url.path": "/nowhere/42", "http.response.status_code": 404 } });
  t.notOk("http.route" in (lost?.attributes ?? {}), "a path is no name for a route");
});

void t.test("each delivery of an event has a span that links to the one that published it", async (t) => {
  const collector = await startCollector(t);
  const { agent } = await startGreeter(t, sendingTo(collector.url));
  const event = cloudEvent(VISIT, { who: "Bob" }, { traceparent: TRACEPARENT, traceid: TRACEPARENT });
  const other = "00-11111111111111111111111111111111-2222222222222222-01";
  for (const traceparent of [TRACEPARENT, other])
    await send(`${agent.url}/events/${VISIT}`, undefined, {
      method: "POST",
      body: JSON.stringify(event),
      headers: { "content-type": "application/cloudevents+json", traceparent },
    });
  const [first, second] = await spansCalled(collector, `process ${VISIT}`, 2);
  const link = { traceId: TRACE, spanId: PARENT };
  t.match(first, { traceId: TRACE, links: [link], attributes: { "agents.delivery.result": "handled" } });
  t.match(second, {
    traceId: "11111111111111111111111111111111",
    links: [link],
    attributes: { "agents.delivery.result": "repeated" },
  });
  const poison = cloudEvent(VISIT, { who: "" });
  await send(`${agent.url}/events/${VISIT}`, poison);
  const [, , dropped] = await spansCalled(collector, `process ${VISIT}`, 3);
  t.match(dropped, {
    status: 2,
    attributes: { "agents.delivery.result": "dropped", "error.type": "dropped" },
  });
  const text = String((await send(`${agent.url}/metrics`)).body["text"]);
  t.match(text, `agents_inbox_duplicates_total{messaging_destination_name="${VISIT}"} 1`);
});

void t.test("an event that is published by a later process, after kill -9, stays in its trace", async (t) => {
  const collector = await startCollector(t);
  const { agent, sidecar, env } = await startGreeter(t, sendingTo(collector.url));
  sidecar.refusing = true;
  t.match(await greet(agent, "Ada", { traceparent: TRACEPARENT }), { status: 200 });
  const [server] = await spansCalled(collector, "POST /api/greeter/execute");
  t.equal(sidecar.published.length, 0, "committed, and not published");
  agent.child.kill("SIGKILL");
  await agent.exited;
  collector.forget();
  sidecar.refusing = false;
  const next = await startAgent(t, "greeter", env);
  await send(`${next.url}/healthz/ready`);
  await sidecar.publishedCount(1);
  const [producer] = await spansCalled(collector, `publish ${GREETED}`);
  t.match(producer, { traceId: TRACE, parentSpanId: server?.spanId });
  t.match(sidecar.published, [{ traceparent: `00-${TRACE}-${producer?.spanId}-01` }]);
});

void t.test("what is asked and answered is sent where that was asked for", async (t) => {
  const collector = await startCollector(t);
  const { agent } = await startGreeter(t, {
    ...sendingTo(collector.url),
    OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "true",
  });
  await greet(agent, "Ada");
  const [chat] = await spansCalled(collector, "chat sample");
  const asked: unknown = JSON.parse(String(chat?.attributes["gen_ai.input.messages"]));
  t.match(asked, [{ role: "user", parts: [{ type: "text", content: /Ada/ }] }]);
  const answered: unknown = JSON.parse(String(chat?.attributes["gen_ai.output.messages"]));
  t.match(answered, [
    { role: "assistant", parts: [{ content: /Good morning, Ada/ }], finish_reason: "stop" },
  ]);
});
