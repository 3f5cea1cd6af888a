import { DaprClient, HttpMethod } from "@dapr/dapr";
import t from "tap";
import { component, openHost, PUBSUB, spec, startApp, STATE, statuses, subscription } from "./kit.ts";

t.test(
  "the official SDK publishes, keeps state, reads secrets and invokes through the embedded sidecar",
  async (t) => {
    process.env["SDK_SECRET"] = "s";
    const app = await startApp(t, {
      subscribe: [subscription("x")],
      handle: (request, response) => {
        if (request.url !== "/hello") return false;
        response.setHeader("content-type", "application/json");
        response.end('{"hello":"you"}');
        return true;
      },
    });
    const env = component("secretstore", "env", {}, "secretstores.local.env");
    const { host, journal, until, ready } = await openHost(t, t.testdir(), {
      components: [PUBSUB, STATE, env],
    });
    const { httpPort } = await host.start(spec("a", app.port));
    await ready("a");
    const client = new DaprClient({ daprHost: "127.0.0.1", daprPort: String(httpPort) });
    t.teardown(() => client.stop());

    t.same(await client.pubsub.publish("agents-pubsub", "x", { n: 1 }), {});
    t.same(await client.pubsub.publishBulk("agents-pubsub", "x", [{ n: 2 }, "three"]), {
      failedMessages: [],
    });
    await until(() => statuses(journal.events({})).join() === "a:success:1,a:success:1,a:success:1");
    t.same(
      app.received.map((one) => one.event["data"]),
      [{ n: 1 }, { n: 2 }, "three"],
    );
    t.match(await client.pubsub.publish("nope", "x", {}), { error: Error });

    await client.state.save("agents-statestore", [
      { key: "k", value: { v: 1 } },
      { key: "l", value: "two" },
    ]);
    t.same(await client.state.get("agents-statestore", "k"), { v: 1 });
    t.match(await client.state.getBulk("agents-statestore", ["k", "l"]), [
      { key: "k", data: { v: 1 } },
      { key: "l", data: "two" },
    ]);
    await client.state.transaction("agents-statestore", [
      { operation: "upsert", request: { key: "k", value: 2 } },
      { operation: "delete", request: { key: "l" } },
    ]);
    t.equal(await client.state.get("agents-statestore", "k"), 2);
    t.match(await client.state.save("agents-statestore", [{ key: "k", value: 3, etag: "nope" }]), {
      error: Error,
    });
    await client.state.delete("agents-statestore", "k");
    t.equal(await client.state.get("agents-statestore", "k"), "");

    t.same(await client.secret.get("env", "SDK_SECRET"), { SDK_SECRET: "s" });
    t.same(await client.invoker.invoke("a", "hello", HttpMethod.GET), { hello: "you" });
    t.match(await client.metadata.get(), { id: "a" });
    t.equal(await client.health.isHealthy(), true);
  },
);
