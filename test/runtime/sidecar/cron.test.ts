import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { once } from "node:events";
import { join } from "node:path";
import t from "tap";
import { until } from "../../helpers/system.ts";
import { ask, post } from "./api-case.ts";
import { daprdFiles, startDaprd, WITH_DAPRD, yaml } from "./daprd.ts";
import { openHost, portOf, spec, type Owner } from "./kit.ts";

interface Called {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

const COMPONENTS = {
  "every.yaml": yaml("every", "bindings.cron", { schedule: "@every 1s" }),
  "fields.yaml": yaml("fields", "bindings.cron", { schedule: "* * * * * *", route: "some/where" }),
  "certain.yaml": yaml("certain", "bindings.cron", { schedule: "@every 1s", direction: "input" }),
  "unwanted.yaml": yaml("unwanted", "bindings.cron", { schedule: "@every 1s" }),
  "never.yaml": yaml("never", "bindings.cron", { schedule: "TZ=Europe/Berlin 0 8 ? 1 MON-FRI" }),
  "hourly.yaml": yaml("hourly", "bindings.cron", { schedule: "@yearly" }),
};

/** An app that takes all but one of the bindings. */
async function startBound(t: Owner): Promise<{ readonly port: number; readonly called: Called[] }> {
  const called: Called[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      const { method = "", url: path = "", headers } = request;
      if (!path.startsWith("/dapr/")) called.push({ method, path, headers, text });
      const isAsked = method === "OPTIONS";
      response.writeHead(path === "/unwanted" || path.startsWith("/dapr/") ? 404 : isAsked ? 405 : 200).end();
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => server.close());
  return { port: portOf(server), called };
}

/** What the app gets, without what differs each time. */
function shape({ headers, text }: Called): unknown {
  return {
    text,
    type: headers["content-type"],
    zone: headers["timezone"],
    time: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \+0000 UTC/u.test(String(headers["readtimeutc"])),
    trace: headers["traceparent"],
    names: Object.keys(headers)
      .filter((name) => !["host", "connection", "accept-encoding", "user-agent"].includes(name))
      .toSorted(),
  };
}

/** What the app was asked for. */
function asked(called: readonly Called[]): ReadonlySet<string> {
  return new Set(called.filter(({ method }) => method === "OPTIONS").map(({ path }) => path));
}

const posts = (called: readonly Called[], path: string): readonly Called[] =>
  called.filter((one) => one.method === "POST" && one.path === path);

t.test("bindings.cron calls the app as daprd's does", WITH_DAPRD, async (t) => {
  const dir = t.testdir({
    ours: { resources: COMPONENTS },
    "config.yaml": daprdFiles()["config.yaml"],
    components: { ...COMPONENTS },
  });
  const [ours, theirs] = [await startBound(t), await startBound(t)];
  const folder = join(dir, "ours", "resources");
  const {
    host,
    until: untilEvent,
    events,
  } = await openHost(t, join(dir, "ours", ".agents"), {
    components: [],
    resources: [folder],
  });
  const { httpPort } = await host.start(spec("app", ours.port));
  host.appReady("app");
  const real = await startDaprd(t, { dir, appPort: theirs.port });
  for (const { called } of [ours, theirs])
    await until("each came twice", () =>
      ["/every", "/some/where", "/certain"].every((path) => posts(called, path).length >= 2),
    );
  t.same(asked(ours.called), asked(theirs.called));
  t.equal(posts(ours.called, "/unwanted").length, 0);
  const [first] = posts(ours.called, "/every");
  const [firstReal] = posts(theirs.called, "/every");
  if (first === undefined || firstReal === undefined) throw new Error("not called");
  t.same(shape(first), shape(firstReal));

  for (const body of ['{"operation":"create","data":1}', '{"data":1}', "", "{"]) {
    for (const name of ["every", "nothing"]) {
      const one = { name, status: 0, ...post(`/v1.0/bindings/${name}`, body) };
      const [own, other] = [await ask(httpPort, one), await ask(real, one)];
      t.equal(own.status, other.status, `${name} ${body}`);
      if (body !== "{") t.same(own.json, other.json, `${name} ${body}: ${other.text}`);
    }
  }

  await host.appGone("app", 0);
  const before = ours.called.length;
  rmSync(join(folder, "every.yaml"));
  writeFileSync(join(folder, "late.yaml"), yaml("late", "bindings.cron", { schedule: "@every 1s" }));
  await untilEvent(() => events.some((event) => event.type === "log" && event.text.includes("new: late")));
  t.equal(ours.called.length, before, "an app that is away is not called");
  host.appReady("app");
  await until("the new one comes", () => posts(ours.called, "/late").length >= 1);
  t.equal(posts(ours.called.slice(before), "/every").length, 0, "and what was removed does not");
});

t.test("a schedule that cannot be read ends the start", async (t) => {
  for (const schedule of ["", "every now and then", "61 * * * *", "@every soon", "* * * * * * *"]) {
    const dir = t.testdir({});
    mkdirSync(join(dir, "resources"));
    writeFileSync(join(dir, "resources", "a.yaml"), yaml("tick", "bindings.cron", { schedule }));
    const { host } = await openHost(t, join(dir, ".agents"), { resources: [join(dir, "resources")] });
    await t.rejects(host.start(spec("app", 1)), {
      code: "AGENTS_COMPONENT_FAILED",
      message: schedule === "" ? /schedule not set/u : /invalid schedule format/u,
    });
  }
});
