import { join } from "node:path";
import t from "tap";
import { until } from "../../helpers/system.ts";
import { daprdFiles, startDaprd, WITH_DAPRD } from "./daprd.ts";
import {
  type App,
  FAST_RETRY,
  openHost,
  type OpenHost,
  type Owner,
  publish,
  spec,
  startApp,
  statuses,
  subscription,
} from "./kit.ts";

/** A route as an app lists it, and where its events arrive; null: they cannot be sent there. */
const ROUTES: Readonly<Record<string, string | null>> = {
  "/plain": "/plain",
  noslash: "/noslash",
  "/wö x": "/w%C3%B6%20x",
  "/日本": "/%E6%97%A5%E6%9C%AC",
  "/a%20b": "/a%20b",
  '/q"<>^`{|}\\': "/q%22%3C%3E%5E%60%7B%7C%7D%5C",
  "/x?y=1": "/x?y=1",
  "/part#fragment": "/part",
  "/half\ud83d": "/half%EF%BF%BD",
  "/line\nbreak": null,
  "/nul\u0000": null,
  "/delete\u007f": null,
  "/bad%zz": null,
};
const ENTRIES = Object.entries(ROUTES).map(([route, path], n) => ({ route, path, topic: `t${n}` }));
const SUBSCRIBE = ENTRIES.map(({ route, topic }) => subscription(topic, { route }));

t.test(
  "an event goes to any route that an app lists, or dies with the reason; nothing else ends",
  async (t) => {
    const { one, app } = await open(t);
    for (const { topic } of ENTRIES) t.equal((await publish(one.port, topic, {})).status, 204);
    await one.host.until(() =>
      statuses(one.host.journal.events({})).every((each) => /success|dead/.test(each)),
    );
    t.same(arrived(app), expected());
    for (const { event } of one.host.journal.events({})) {
      const { route, path } = ENTRIES.find(({ topic }) => topic === event.topic) ?? { route: "", path: "" };
      t.match(
        event.deliveries,
        [
          path === null
            ? { status: "dead", attempts: 1, error: /cannot be sent to the route/ }
            : { status: "success" },
        ],
        route,
      );
    }
    t.notOk(one.host.events.some(({ type }) => type === "failed"));
    const warned = one.host.events.filter(
      (event) => event.type === "log" && /no event can be sent/.test(event.text),
    );
    t.equal(warned.length, ENTRIES.filter(({ path }) => path === null).length, "said when they are read");
  },
);

t.test("a real daprd sends them there too", WITH_DAPRD, async (t) => {
  const app = await listening(t);
  const dir = t.testdir({ "secrets.json": "{}", ...daprdFiles() });
  const port = await startDaprd(t, { dir, appPort: app.port });
  for (const { topic } of ENTRIES) await publish(port, topic, {});
  const wanted = expected();
  await until("all that can be sent are there", () => app.received.length >= wanted.length);
  t.same(arrived(app), wanted);
});

function arrived(app: App): readonly string[] {
  return app.received.map(({ path }) => Buffer.from(path, "latin1").toString()).toSorted();
}

function expected(): readonly string[] {
  return ENTRIES.flatMap(({ path }) => path ?? []).toSorted();
}

async function listening(t: Owner): Promise<App> {
  return await startApp(t, { subscribe: SUBSCRIBE });
}

async function open(
  t: Owner & { testdir(): string },
): Promise<{ readonly app: App; readonly one: { readonly port: number; readonly host: OpenHost } }> {
  const app = await listening(t);
  const host = await openHost(t, join(t.testdir(), "state"), { retry: FAST_RETRY });
  const { httpPort } = await host.host.start(spec("a", app.port));
  await host.ready("a");
  return { app, one: { port: httpPort, host } };
}
