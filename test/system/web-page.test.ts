import { execFile } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { test } from "tap";
import { pick, resourceOf, systemProject } from "../helpers/system.ts";

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((file) =>
  existsSync(file),
);

test(
  "a web page in a browser on this machine can neither read nor act",
  { skip: CHROMIUM === undefined ? "no Chromium on this machine" : false },
  async (t) => {
    const project = systemProject(t, { env: { SECRET_OF_TEST: "s3cret" } });
    await project.up(["--no-watch"]).ready();
    const { readFileSync } = await import("node:fs");
    const file: unknown = JSON.parse(readFileSync(join(project.root, ".agents/run.json"), "utf8"));
    const run = await project.json(["ps"]);
    const control = String(pick(file, "control"));
    const sidecar = String(pick(resourceOf(run, "testplanning-dapr"), "url"));
    const agent = String(pick(resourceOf(run, "testplanning"), "url"));
    const before = await project.lines(["events"]);

    const server = createServer((_, response) => {
      response.setHeader("content-type", "text/html");
      response.end(page({ control, sidecar, agent }));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    t.teardown(() => server.close());
    const address = server.address();
    const profile = mkdtempSync(join(tmpdir(), "agents-chromium-"));
    t.teardown(() => rmSync(profile, { recursive: true, force: true, maxRetries: 5 }));
    const flags = [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--no-first-run",
      "--disable-component-update",
      "--disable-sync",
      `--user-data-dir=${profile}`,
      "--virtual-time-budget=20000",
      "--dump-dom",
    ];
    const url = `http://localhost:${typeof address === "object" ? address?.port : 0}/`;
    const { stdout } = await promisify(execFile)(CHROMIUM ?? "", [...flags, url], {
      timeout: 60_000,
      maxBuffer: 1 << 24,
    });
    const results = /<pre[^>]*>(.*?)<\/pre>/s.exec(stdout)?.[1]?.split("\n").filter(Boolean) ?? [];
    t.equal(results.length, 12, stdout.slice(0, 2_000));
    // A page sees of a request without CORS only that it was made ("opaque"); of all others nothing.
    for (const line of results) t.match(line, /: (refused|opaque)$/);
    t.same(await project.lines(["events"]), before, "nothing was published, and no agent was called");
    t.match(await project.json(["ps"]), { state: "ready" }, "nothing was stopped");
  },
);

test("a wrong Host, any Origin and a missing token are refused everywhere", async (t) => {
  const project = systemProject(t);
  await project.up(["--no-watch"]).ready();
  const { readFileSync } = await import("node:fs");
  const file: unknown = JSON.parse(readFileSync(join(project.root, ".agents/run.json"), "utf8"));
  const run = await project.json(["ps"]);
  const token = `Bearer ${String(pick(file, "token"))}`;
  const places = [
    { at: String(pick(file, "control")), path: "/v1/run", headers: { authorization: token } },
    { at: String(pick(resourceOf(run, "testplanning-dapr"), "url")), path: "/v1.0/metadata", headers: {} },
    {
      at: String(pick(resourceOf(run, "testplanning"), "url")),
      path: "/api/testplanning/health",
      headers: {},
    },
  ];
  for (const { at, path, headers } of places) {
    t.equal(await status(at, path, headers), 200, `${path} answers its owner`);
    t.equal(
      await status(at, path, { ...headers, host: "evil.example:80" }),
      403,
      `${path} with a foreign Host`,
    );
    t.equal(
      await status(at, path, { ...headers, origin: "http://evil.example" }),
      403,
      `${path} with a foreign Origin`,
    );
    t.equal(await status(at, path, { ...headers, origin: "null" }), 403, `${path} from a sandboxed page`);
  }
  t.equal(await status(places[0]?.at ?? "", "/v1/run", {}), 401, "no token");
  t.equal(
    await status(places[0]?.at ?? "", "/v1/run", { authorization: "Bearer wrong" }),
    401,
    "a wrong token",
  );
});

function status(at: string, path: string, headers: Record<string, string>): Promise<number | undefined> {
  const { hostname, port } = new URL(at);
  return new Promise((resolve, reject) => {
    const call = request({ hostname, port, path, headers, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    call.on("error", reject);
    call.end();
  });
}

/** Tries what a hostile page can try, and says how each came out. */
function page({
  control,
  sidecar,
  agent,
}: {
  readonly control: string;
  readonly sidecar: string;
  readonly agent: string;
}): string {
  const event = "agents.notification.send.requested";
  return `<!doctype html><pre id="out"></pre><script>
const tries = [
  ["control read", "${control}/v1/run", {}],
  ["control read without cors", "${control}/v1/run", { mode: "no-cors" }],
  ["control down", "${control}/v1/down", { method: "POST" }],
  ["control down without cors", "${control}/v1/down", { method: "POST", mode: "no-cors" }],
  ["sidecar publish", "${sidecar}/v1.0/publish/agents-pubsub/${event}", { method: "POST", body: "{}", headers: { "content-type": "application/json" } }],
  ["sidecar publish without cors", "${sidecar}/v1.0/publish/agents-pubsub/${event}", { method: "POST", body: "{}", mode: "no-cors" }],
  ["sidecar secret", "${sidecar}/v1.0/secrets/env/SECRET_OF_TEST", {}],
  ["sidecar secret without cors", "${sidecar}/v1.0/secrets/env/SECRET_OF_TEST", { mode: "no-cors" }],
  ["sidecar shutdown without cors", "${sidecar}/v1.0/shutdown", { method: "POST", mode: "no-cors" }],
  ["agent call", "${agent}/api/testplanning/execute", { method: "POST", body: '{"requirement":"x"}', headers: { "content-type": "application/json" } }],
  ["agent call without cors", "${agent}/api/testplanning/execute", { method: "POST", body: '{"requirement":"At least 5."}', mode: "no-cors" }],
  ["agent read", "${agent}/api/testplanning/health", {}],
];
(async () => {
  for (const [name, url, options] of tries) {
    let end;
    try {
      const answer = await fetch(url, options);
      end = answer.type === "opaque" ? "opaque" : "READ " + answer.status + " " + await answer.text();
    } catch { end = "refused"; }
    document.getElementById("out").append(name + ": " + end + "\\n");
  }
})();
</script>`;
}
