import { join } from "node:path";
import t from "tap";
import { SKIP, startRedis, startSidecar } from "../daprd/kit.ts";
import { openHost, publish, spec, startApp } from "./kit.ts";
import { entries, onRedis } from "./redis-kit.ts";

t.test("what it publishes stands in the stream as daprd's stands there", { skip: SKIP }, async (t) => {
  const dir = t.testdir({ ours: {} });
  const redis = await startRedis(t, dir);
  const app = await startApp(t);
  const theirs = await startSidecar(t, { agent: "worker", appPort: app.port, dir, redis });
  const { host } = await openHost(t, join(dir, "ours"), { components: [onRedis(redis)] });
  const { httpPort } = await host.start(spec("worker", app.port));
  const trace = { traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" };
  const requests = [
    ["plain", "{}", {}, ""],
    ["with/slash", '"x"', {}, ""],
    ["metadata", "[1]", {}, "?metadata.custom=a%20b&metadata.ttlInSeconds=1000"],
    ["raw", "bytes", { "content-type": "text/plain" }, "?metadata.rawPayload=true"],
    ["traced", "1", trace, ""],
    ["own", "{}", {}, "?metadata.cloudevent.id=own-id&metadata.cloudevent.type=own.type"],
  ] as const;
  for (const [topic, body, headers, query] of requests) {
    t.equal((await publish(theirs.httpPort, `their/${topic}`, body, headers, query)).status, 204);
    t.equal((await publish(httpPort, `ours/${topic}`, body, headers, query)).status, 204);
    const [real] = await entries(redis, `their/${topic}`);
    const [own] = await entries(redis, `ours/${topic}`);
    // In any order: daprd's is that of a Go map.
    t.same(new Set(Object.keys(own ?? {})), new Set(Object.keys(real ?? {})), topic);
    t.same(JSON.parse(own?.["metadata"] ?? ""), JSON.parse(real?.["metadata"] ?? ""), `${topic}: metadata`);
    t.same(masked(own?.["data"] ?? ""), masked(real?.["data"] ?? ""), `${topic}: data`);
  }
});

/** An envelope without what differs from one to the next. */
function masked(text: string): unknown {
  if (!text.startsWith("{")) return text;
  const envelope: Record<string, unknown> = JSON.parse(text);
  return {
    ...envelope,
    id: envelope["id"] === "own-id" ? "own-id" : "an id",
    time: "a time",
    topic: String(envelope["topic"]).replace(/^(?:ours|their)/u, ""),
    ...("expiration" in envelope ? { expiration: "a time" } : {}),
  };
}
