import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import t, { type Test } from "tap";
import { namesIn } from "../../differential/side.ts";
import { CLI } from "../../helpers/cli.ts";
import { freePort } from "../../helpers/free-port.ts";
import { DAPRD, SKIP } from "../daprd/kit.ts";
import { call, portOf } from "../sidecar/kit.ts";

interface SidecarOptions {
  readonly appId: string;
  readonly appPort?: number;
  readonly kind?: "daprd" | "agents";
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A folder in which sidecars find each other. */
class Place {
  readonly dir: string;
  readonly #t: Test;

  constructor(t: Test) {
    this.#t = t;
    this.dir = t.testdir({});
  }

  async start({ appId, appPort, kind = "agents", flags = [], env = {} }: SidecarOptions) {
    const port = await freePort();
    const grpc = [await freePort(), await freePort()];
    const args = [
      `--app-id=${appId}`,
      ...(appPort === undefined ? [] : [`--app-port=${appPort}`]),
      `--dapr-http-port=${port}`,
      ...(kind === "agents"
        ? []
        : [`--dapr-grpc-port=${grpc[0]}`, `--dapr-internal-grpc-port=${grpc[1]}`, "--enable-metrics=false"]),
      "--dapr-listen-addresses=127.0.0.1",
      ...flags,
    ];
    const { NODE_OPTIONS: _options, ...inherited } = process.env;
    const own = { ...inherited, XDG_STATE_HOME: this.dir, DAPR_HOST_IP: "127.0.0.1", ...env };
    const child =
      kind === "daprd"
        ? spawn(DAPRD, args, { cwd: this.dir, env: own, stdio: ["ignore", "pipe", "pipe"] })
        : spawn(process.execPath, [CLI, "sidecar", ...args], {
            cwd: this.dir,
            env: own,
            stdio: ["ignore", "pipe", "pipe"],
          });
    this.#t.teardown(async () => await killed(child));
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    while (child.exitCode === null && child.signalCode === null) {
      if ((await call(port, "/v1.0/healthz/outbound").catch(() => null))?.status === 204) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return { child, port, output: () => output };
  }
}

async function killed(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

/** An app that says who it is and which token it got. */
async function greeter(t: Test, name: string): Promise<number> {
  const server = createServer((request, response) => {
    const { "dapr-api-token": token = "none", "dapr-caller-app-id": caller = "nobody" } = request.headers;
    response.end(`${name} heard ${String(caller)} by token ${String(token)}`);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return portOf(server);
}

t.test("sidecars of one user find each other's apps, and only they may call them", async (t) => {
  const place = new Place(t);
  const [ports, tokens] = [
    [await greeter(t, "a"), await greeter(t, "b")],
    { DAPR_API_TOKEN: "api", APP_API_TOKEN: "app-of-b" },
  ];
  const a = await place.start({ appId: "a", appPort: ports[0] ?? 0 });
  const internal = await freePort();
  const b = await place.start({
    appId: "b",
    appPort: ports[1] ?? 0,
    env: tokens,
    flags: [`--dapr-internal-grpc-port=${internal}`],
  });

  // The token of b's API is for its own app, and b's app gets its own.
  const answer = await call(a.port, "/v1.0/invoke/b/method/x");
  t.match(answer, { status: 200, text: "b heard a by token app-of-b" });
  const back = await call(b.port, "/v1.0/invoke/a/method/x", { headers: { "dapr-api-token": "api" } });
  t.match(back, { status: 200, text: "a heard b by token none" });

  const stranger = await call(internal, "/x", { headers: { "agents-invoke-caller": "a" } });
  t.match(stranger, { status: 401 });
  const file = join(place.dir, "agents/sidecars.db");
  t.equal(statSync(file).mode & 0o777, 0o600, "what lets others call is for this user alone");

  await killed(b.child);
  const gone = await call(a.port, "/v1.0/invoke/b/method/x");
  t.match(gone, { status: 500, json: { errorCode: "ERR_DIRECT_INVOKE" } }, "nobody is waited for for ever");
  const again = await place.start({ appId: "b", appPort: ports[1] ?? 0 });
  t.match(await call(a.port, "/v1.0/invoke/b/method/x"), { status: 200 }, "the one that lives is found");
  again.child.kill("SIGTERM");
  await once(again.child, "exit");
  const rows = new DatabaseSync(file).prepare("SELECT app_id FROM hosts_embedded").all();
  t.notOk(rows.filter(({ app_id: id }) => id === "b").length > 1, "one that ended takes its entry with it");
});

t.test("a name resolution that is not here, or names no file, keeps it from starting", async (t) => {
  const place = new Place(t);
  for (const [nameResolution, said] of [
    [{ component: "consul" }, /couldn't find name resolver consul\/v1/],
    [{ component: "sqlite" }, /required property 'connectionString' is empty/],
    [{ component: "sqlite", configuration: { connectionString: "/dev/null/x.db" } }, /resolver sqlite\/v1: /],
    [
      { component: "sqlite", configuration: { connectionString: "x.db", tableName: 'a"b' } },
      /invalid table name/,
    ],
  ] as const) {
    const spec = { nameResolution };
    const document = { apiVersion: "dapr.io/v1alpha1", kind: "Configuration", metadata: { name: "c" }, spec };
    writeFileSync(join(place.dir, "config.yaml"), JSON.stringify(document));
    const { child, output } = await place.start({ appId: "a", flags: ["--config=config.yaml"] });
    t.equal(child.exitCode, 1);
    t.match(output(), said);
    t.match(output(), /level=fatal/);
  }
});

t.test("a state folder that cannot be written: it runs, and says that nobody finds it", async (t) => {
  const place = new Place(t);
  writeFileSync(join(place.dir, "agents"), "no folder");
  const { port, output } = await place.start({ appId: "a" });
  t.match(output(), /other apps are not found, nor is this one/);
  t.match(await call(port, "/v1.0/invoke/b/method/x"), {
    status: 500,
    json: { errorCode: "ERR_DIRECT_INVOKE" },
  });
});

t.test(
  "a daprd and an embedded sidecar that share the file refuse to call each other",
  { skip: SKIP },
  async (t) => {
    const place = new Place(t);
    mkdirSync(join(place.dir, "r"));
    const text = `apiVersion: dapr.io/v1alpha1\nkind: Configuration\nmetadata:\n  name: c\nspec:\n${namesIn("names.db")}`;
    writeFileSync(join(place.dir, "config.yaml"), text);
    const flags = ["--config=config.yaml"];
    const embedded = await place.start({ appId: "ours", appPort: await greeter(t, "ours"), flags });
    const daprd = await place.start({
      appId: "theirs",
      appPort: await greeter(t, "theirs"),
      kind: "daprd",
      flags,
    });
    const there = await call(embedded.port, "/v1.0/invoke/theirs/method/x");
    t.match(there, {
      status: 500,
      json: {
        errorCode: "ERR_DIRECT_INVOKE",
        message: /is a daprd, which takes calls by Dapr's internal gRPC only/,
      },
    });
    const here = await call(daprd.port, "/v1.0/invoke/ours/method/x");
    t.match(here, {
      status: 500,
      json: {
        errorCode: "ERR_DIRECT_INVOKE",
        message: "failed to invoke, id: ours, err: no host found with the given ID",
      },
    });
  },
);
