import { join } from "node:path";
import t from "tap";
import { daprdFiles, startDaprd, WITH_DAPRD } from "./daprd.ts";
import { type App, type Owner, call, openHost, publish, spec, startApp, subscription } from "./kit.ts";

/** What the environment of the sidecar says, and what the caller sends in `dapr-api-token`. */
const CASES: readonly {
  readonly app?: string;
  readonly api?: string;
  readonly sent?: string;
}[] = [
  {},
  { sent: "of the caller" },
  { app: "for the app" },
  { app: "for the app", sent: "of the caller" },
  { app: "" },
  { app: "", sent: "of the caller" },
  { app: " padded " },
  { api: "secret", sent: "secret" },
  { api: "secret", sent: "secret", app: "for the app" },
  { api: "", sent: "of the caller" },
];

for (const { app: token, api, sent } of CASES) {
  const name = `APP_API_TOKEN=${token ?? "-"} DAPR_API_TOKEN=${api ?? "-"} sent=${sent ?? "-"}`;
  t.test(`the app gets the tokens that a real daprd gives it: ${name}`, WITH_DAPRD, async (t) => {
    const dir = t.testdir({ ours: {}, "secrets.json": "{}", ...daprdFiles() });
    const env = {
      ...(token === undefined ? {} : { APP_API_TOKEN: token }),
      ...(api === undefined ? {} : { DAPR_API_TOKEN: api }),
    };
    Object.assign(process.env, env);
    t.teardown(() => {
      delete process.env["APP_API_TOKEN"];
      delete process.env["DAPR_API_TOKEN"];
    });
    const ours = await listeningApp(t);
    const { host, ready } = await openHost(t, join(dir, "ours"));
    const { httpPort } = await host.start(spec("app", ours.app.port));
    await ready("app");
    const theirs = await listeningApp(t);
    const daprdPort = await startDaprd(t, { dir, appPort: theirs.app.port, env });
    const headers = sent === undefined ? {} : { "dapr-api-token": sent };
    t.strictSame(await use(ours, httpPort, headers), await use(theirs, daprdPort, headers));
  });
}

interface Listening {
  readonly app: App;
  /** The token that came with each request, by path. */
  readonly tokens: Map<string, unknown>;
}

async function listeningApp(t: Owner): Promise<Listening> {
  const tokens = new Map<string, unknown>();
  const bulk = subscription("bulk", { bulkSubscribe: { enabled: true } });
  const app = await startApp(t, {
    subscribe: [subscription("x"), bulk],
    handle: (request, response) => {
      tokens.set(request.url ?? "", request.headers["dapr-api-token"] ?? null);
      if (request.url !== "/called") return false;
      response.end("called");
      return true;
    },
  });
  return { app, tokens };
}

/** Everything by which a sidecar calls its app. */
async function use({ tokens }: Listening, port: number, headers: Record<string, string>): Promise<unknown> {
  const answers = [
    await publish(port, "x", {}, headers),
    await publish(port, "bulk", {}, headers),
    await call(port, "/v1.0/invoke/app/method/called", { headers }),
  ];
  const paths = ["/dapr/subscribe", "/x", "/bulk", "/called"];
  while (!paths.every((path) => tokens.has(path))) await new Promise((resolve) => setImmediate(resolve));
  return { statuses: answers.map(({ status }) => status), tokens: paths.map((path) => tokens.get(path)) };
}
