import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { isFields } from "../../../src/runtime/journal/fields.ts";
import type { SidecarHost } from "../../../src/runtime/resources/sidecar/sidecar-host.ts";
import { call, type Answer, component, openHost, PUBSUB, spec, startApp, STATE } from "./kit.ts";

/** A component as people write it. */
function yaml(name: string, type: string, more = ""): string {
  return `apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata:\n  name: ${name}\nspec:\n  type: ${type}\n  version: v1\n${more}`;
}

async function post(port: number, path: string, body: string, type = "text/plain"): Promise<Answer> {
  return await call(port, path, { method: "POST", headers: { "content-type": type }, body });
}

async function listed(httpPort: number): Promise<readonly string[]> {
  const { json } = await call(httpPort, "/v1.0/metadata");
  const components = isFields(json) && Array.isArray(json["components"]) ? json["components"] : [];
  return components.map((one: { name: string; type: string }) => `${one.name}:${one.type}`).toSorted();
}

async function startTwo(host: SidecarHost, port: number): Promise<readonly [number, number]> {
  const one = await host.start(spec("one", port));
  const two = await host.start(spec("two", port));
  return [one.httpPort, two.httpPort];
}

t.test("components of a folder go before those of the config, each for whom it is", async (t) => {
  process.env["COMPONENTS_TEST_PREFIX"] = "from-the-environment";
  const dir = t.testdir({
    "secrets.json": JSON.stringify({ store: { prefix: "from-a-secret" }, single: "its-own-key" }),
    resources: {
      "stores.yaml": [
        yaml(
          "secrets",
          "secretstores.local.file",
          "  metadata:\n  - { name: SecretsFile, value: secrets.json }",
        ),
        yaml(
          "by-secret",
          "state.in-memory",
          "  metadata:\n  - { name: KEYPREFIX, secretKeyRef: { name: 'store:prefix' } }\nauth: { secretStore: secrets }",
        ),
        yaml(
          "by-env",
          "state.sqlite",
          "  metadata:\n  - { name: keyPrefix, envRef: COMPONENTS_TEST_PREFIX }\n  - { name: connectionString, value: data/by-env.db }\n  - { name: tableName, value: own table }",
        ),
        yaml(
          "by-app",
          "state.sqlite",
          "  metadata:\n  - { name: connectionString, value: 'data/{appID}.{namespace}.{uuid}.db' }",
        ),
        yaml(
          "no-store",
          "state.in-memory",
          "  metadata:\n  - { name: a, secretKeyRef: { name: b, key: c } }",
        ),
        yaml("only-one", "state.in-memory", "scopes: [one]"),
        yaml("elsewhere", "state.azure.cosmosdb", "scopes: [three]"),
        yaml("ignored", "state.couchbase", "  ignoreErrors: true"),
        "apiVersion: dapr.io/v2alpha1\nkind: Component\nmetadata: { name: of-another-version }\nspec: { type: state.in-memory }",
      ].join("\n---\n"),
      "bus.yml": yaml("agents-pubsub", "pubsub.in-memory", "scopes: [two]"),
      "notes.txt": "kind: Component",
    },
  });
  const { host, events } = await openHost(t, join(dir, ".agents"), {
    root: dir,
    components: [PUBSUB, STATE],
    resources: [join(dir, "resources")],
  });
  const app = await startApp(t);
  const [one, two] = await startTwo(host, app.port);
  const shared = [
    "agents-statestore:state.sqlite",
    "by-app:state.sqlite",
    "by-env:state.sqlite",
    "by-secret:state.in-memory",
    "secrets:secretstores.local.file",
  ];
  t.same(
    await listed(one),
    ["agents-pubsub:pubsub.agents", ...shared, "only-one:state.in-memory"].toSorted(),
  );
  t.same(await listed(two), ["agents-pubsub:pubsub.in-memory", ...shared].toSorted());
  const texts = events.flatMap((event) => (event.type === "log" ? [event.text] : []));
  t.ok(texts.includes("the component no-store is not loaded: it names no secret store"));
  t.ok(texts.some((text) => /does not serve the component ignored of type state.couchbase/u.test(text)));

  for (const store of ["by-env", "by-app", "by-secret"]) {
    const saved = await post(one, `/v1.0/state/${store}`, JSON.stringify([{ key: "k", value: store }]));
    t.equal(saved.status, 204, `${store}: ${saved.text}`);
  }
  const [ofOne, ofTwo] = await Promise.all(
    [one, two].map(async (port) => (await call(port, "/v1.0/state/by-env/k")).text),
  );
  t.same([ofOne, ofTwo], ['"by-env"', '"by-env"'], "a prefix of its own is shared by the apps");
  t.equal((await call(two, "/v1.0/state/by-app/k")).status, 204, "a file of its own is not");
  t.equal((await call(two, "/v1.0/state/only-one/k")).status, 400);
  t.same((await call(one, "/v1.0/secrets/secrets/single")).json, { single: "its-own-key" });
});

t.test("what cannot be loaded ends the start, and says what to do", async (t) => {
  const cases = [
    [
      "twice.yaml",
      `${yaml("same", "state.in-memory")}\n---\n${yaml("same", "state.sqlite")}`,
      {
        code: "AGENTS_CONFIG_INVALID",
        message:
          "duplicate definition of Component name same (state.sqlite/v1) with existing same (state.in-memory/v1)",
      },
    ],
    [
      "kafka.yaml",
      yaml("bus", "pubsub.kafka"),
      { code: "AGENTS_NOT_SUPPORTED", message: /bus of type pubsub.kafka/u },
    ],
    ["typo.yaml", yaml("bus", "pubsb.agents"), { code: "AGENTS_NOT_SUPPORTED" }],
    ["secrets.yaml", yaml("file", "secretstores.local.file"), { code: "AGENTS_CONFIG_INVALID" }],
  ] as const;
  for (const [file, text, expected] of cases) {
    const dir = t.testdir({ resources: { [file]: text } });
    await t.rejects(
      openHost(t, join(dir, ".agents"), { root: dir, resources: [join(dir, "resources")] }),
      expected,
      file,
    );
  }
});

t.test("a component file that comes, changes and goes counts at once, and no event is lost", async (t) => {
  const dir = t.testdir({});
  const folder = join(dir, "resources");
  const { host, until, ready, journal, events } = await openHost(t, join(dir, ".agents"), {
    root: dir,
    components: [PUBSUB],
    resources: [folder],
  });
  const app = await startApp(t, {
    subscribe: [{ pubsubname: "second-bus", topic: "t", route: "/t" }],
  });
  const { httpPort } = await host.start(spec("one", app.port));
  await ready("one");
  const changes = (): string[] =>
    events.flatMap((event) =>
      event.type === "log" && event.text.startsWith("components: ") ? [event.text.slice(12)] : [],
    );
  const untilChanged = async (text: string): Promise<void> =>
    await until(() => changes().at(-1)?.includes(text) === true);
  const publish = async (data: string): Promise<number> =>
    (await post(httpPort, "/v1.0/publish/second-bus/t", data, "application/json")).status;

  t.equal(await publish("0"), 404);
  mkdirSync(folder);
  writeFileSync(join(folder, "bus.yaml"), yaml("second-bus", "pubsub.agents"));
  await untilChanged("new: second-bus");
  t.same(await listed(httpPort), ["agents-pubsub:pubsub.agents", "second-bus:pubsub.agents"]);
  t.equal(await publish("1"), 204);
  await until(() => app.received.length === 1);

  rmSync(join(folder, "bus.yaml"));
  await untilChanged("gone: second-bus");
  t.equal(await publish("2"), 404);
  // Recorded before it went, not delivered yet: waits for the pub/sub to come back.
  await host.replay(journal.events({})[0]?.event.id ?? "", null);
  writeFileSync(join(folder, "store.yaml"), yaml("late", "state.in-memory"));
  await untilChanged("new: late");
  t.equal(app.received.length, 1);

  writeFileSync(
    join(folder, "bus.yaml"),
    yaml("second-bus", "pubsub.agents", "  metadata:\n  - { name: x, value: y }"),
  );
  await until(() => app.received.length === 2);
  t.equal(app.received[1]?.event["data"], 1);

  await post(httpPort, "/v1.0/state/late", '[{"key":"k","value":1}]');
  writeFileSync(
    join(folder, "store.yaml"),
    yaml("late", "state.in-memory", "  metadata:\n  - { name: keyPrefix, value: none }"),
  );
  await untilChanged("changed: late");
  t.equal((await call(httpPort, "/v1.0/state/late/k")).status, 204, "it is another store");
  writeFileSync(join(folder, "broken.yaml"), yaml("broken", "state.nothing"));
  writeFileSync(join(folder, "after.yaml"), yaml("after", "state.in-memory"));
  await untilChanged("after");
  t.same(await listed(httpPort), [
    "after:state.in-memory",
    "agents-pubsub:pubsub.agents",
    "late:state.in-memory",
    "second-bus:pubsub.agents",
  ]);
});

t.test("pubsub.in-memory is each app's own, has wildcards and keeps nothing", async (t) => {
  const dir = t.testdir({});
  const components = [component("pubsub", "memory", {}, "pubsub.in-memory")];
  const { host, until, ready, journal } = await openHost(t, dir, { components });
  const subscribe = [
    { pubsubname: "memory", topic: "things.*", route: "/any", deadLetterTopic: "things.dead" },
    { pubsubname: "memory", topic: "exact", route: "/exact" },
  ];
  const one = await startApp(t, { subscribe, reply: ({ text }) => (text.includes("no!") ? 404 : 200) });
  const two = await startApp(t, { subscribe });
  const { httpPort } = await host.start(spec("one", one.port));
  await host.start(spec("two", two.port));
  await ready("one");
  await ready("two");
  for (const [topic, data] of [
    ["things.happened", "1"],
    ["exact", "2"],
    ["other", "3"],
    ["things.bad", "no!"],
  ] as const)
    await post(httpPort, `/v1.0/publish/memory/${topic}`, data);
  await until(() => one.received.length === 4);
  t.same(
    one.received.map(({ path, event }) => `${path} ${String(event["topic"])}`).toSorted(),
    ["/any things.bad", "/any things.bad", "/any things.happened", "/exact exact"],
    "the dead letter comes by the wildcard too",
  );
  t.equal(two.received.length, 0);
  await host.appGone("one", 0);
  await post(httpPort, "/v1.0/publish/memory/exact", "lost");
  const last = journal.events({}).at(-1)?.event;
  t.match(last, { topic: "exact", deliveries: { length: 0 } }, "it is recorded, and nobody's");
});
