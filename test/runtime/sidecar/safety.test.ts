import { createServer } from "node:http";
import { once } from "node:events";
import t from "tap";
import { call, component, freePort, openHost, portOf, publish, spec, startApp, statuses } from "./kit.ts";

t.test("a request that a web page could have made is refused before anything happens", async (t) => {
  const { host, journal } = await openHost(t, t.testdir());
  const { httpPort } = await host.start(spec("a", await freePort()));
  const refused: readonly Record<string, string>[] = [
    { host: "evil.example" },
    { host: `evil.example:${httpPort}` },
    { host: "127.0.0.1.evil.example" },
    { host: "localhost.evil.example:80" },
    { origin: "http://evil.example" },
    { origin: `http://127.0.0.1:${httpPort}` },
    { origin: "null" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-origin" },
  ];
  for (const headers of refused) {
    for (const path of ["/v1.0/metadata", "/v1.0/secrets/env/HOME", "/v1.0/healthz/outbound"]) {
      const answer = await call(httpPort, path, { headers });
      t.equal(answer.status, 403, `${path} ${JSON.stringify(headers)}`);
      t.notOk(Object.keys(answer.headers).some((name) => name.startsWith("access-control-")));
    }
    t.equal((await publish(httpPort, "x", {}, headers)).status, 403);
    t.equal(
      (await call(httpPort, "/v1.0/publish/agents-pubsub/x", { method: "OPTIONS", headers })).status,
      403,
    );
  }
  t.same(journal.events({}), [], "nothing was published");
  for (const name of ["localhost", "127.0.0.1", "[::1]"]) {
    t.equal(
      (
        await call(httpPort, "/v1.0/healthz/outbound", {
          headers: { host: `${name}:${httpPort}`, "sec-fetch-site": "none" },
        })
      ).status,
      204,
    );
  }
});

t.test("a token in the environment is wanted on everything but health", async (t) => {
  process.env["DAPR_API_TOKEN"] = "secret";
  process.env["APP_API_TOKEN"] = "for the app";
  t.teardown(() => {
    delete process.env["DAPR_API_TOKEN"];
    delete process.env["APP_API_TOKEN"];
  });
  const app = await startApp(t, { subscribe: [{ pubsubname: "agents-pubsub", topic: "x", route: "/x" }] });
  const { host, journal, until, ready } = await openHost(t, t.testdir());
  const { httpPort } = await host.start(spec("a", app.port));
  await ready("a");
  const without = await publish(httpPort, "x", {});
  t.same([without.status, without.text], [401, "invalid api token\n"]);
  t.equal((await call(httpPort, "/v1.0/healthz")).status, 204);
  t.equal((await publish(httpPort, "x", {}, { "dapr-api-token": "wrong" })).status, 401);
  t.equal((await publish(httpPort, "x", {}, { "dapr-api-token": "secret" })).status, 204);
  await until(() => statuses(journal.events({}))[0] === "a:success:1");
  t.equal(app.received[0]?.headers["dapr-api-token"], "for the app");
  const sent = { method: "POST", headers: { "dapr-api-token": "secret" } };
  t.equal((await call(httpPort, "/v1.0/invoke/a/method/called", sent)).status, 200);
  t.match(app.received[1], { path: "/called", headers: { "dapr-api-token": "for the app" } });
});

t.test("a preferred port that is taken is replaced, a strict one is an error that names it", async (t) => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  t.teardown(() => taken.close());
  const port = portOf(taken);
  const { host } = await openHost(t, t.testdir());
  const moved = await host.start(spec("a", 1, { httpPort: port }));
  t.not(moved.httpPort, port);
  t.equal((await call(moved.httpPort, "/v1.0/healthz/outbound")).status, 204);
  await t.rejects(host.start(spec("b", 1, { httpPort: port, mayMove: false })), {
    code: "AGENTS_PORT_TAKEN",
    message: new RegExp(`the sidecar of b cannot listen on port ${port}`),
  });
});

t.test("bodies up to 4 MiB are taken, larger ones are refused", async (t) => {
  const { host } = await openHost(t, t.testdir());
  const { httpPort } = await host.start(spec("a", 1));
  t.equal((await publish(httpPort, "x", JSON.stringify("x".repeat(4 * 1024 * 1024 - 100)))).status, 204);
  const answer = await publish(httpPort, "x", JSON.stringify("x".repeat(5 * 1024 * 1024))).catch(
    (error: Error) => error,
  );
  if (answer instanceof Error) t.match(answer.message, /EPIPE|ECONNRESET|socket hang up/);
  else
    t.match(answer, { status: 500, json: { errorCode: "ERR_PUBSUB_PUBLISH_MESSAGE", message: /too large/ } });
  t.equal((await call(httpPort, "/v1.0/healthz/outbound")).status, 204, "the sidecar goes on");
});

t.test(
  "a component type that the embedded sidecar does not serve is an error that says which it does",
  async (t) => {
    const open = (type: string): Promise<unknown> =>
      openHost(t, t.testdir(), { components: [component("pubsub", "p", {}, type)] });
    await t.rejects(open("pubsub.kafka"), {
      code: "AGENTS_NOT_SUPPORTED",
      details: { found: "pubsub.kafka", expected: /^pubsub\.agents, pubsub\.in-memory/u },
    });
    await t.rejects(open("state.sqlite"), {
      code: "AGENTS_NOT_SUPPORTED",
      details: { found: "state.sqlite", expected: /begins with pubsub\./u },
    });
  },
);

t.test("a host that was disposed has closed its ports and answers no more", async (t) => {
  const { host, close } = await openHost(t, t.testdir());
  const { httpPort } = await host.start(spec("a", 1));
  await close();
  await t.rejects(call(httpPort, "/v1.0/healthz"), { code: "ECONNREFUSED" });
  await t.rejects(host.retry("x"), { code: "AGENTS_SIDECAR_FAILED" });
  await close();
});
