import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import type { Metafile } from "esbuild";
import t from "tap";
import { startCollector } from "../../helpers/collector.ts";
import { freePort } from "../../helpers/free-port.ts";
import { send, startAgent } from "./helpers/agent-process.ts";
import { sendingTo, spansCalled } from "./helpers/telemetry.ts";
import { cloudEvent, ScriptedSidecar } from "./helpers/scripted-sidecar.ts";

void t.test("an agent that was bundled runs far from its sources and from node_modules", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "agents-bundle-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const { metafile } = await build({
    metafile: true,
    entryPoints: [join(import.meta.dirname, "fixtures/greeter.ts")],
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    conditions: ["agents-source"],
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    banner: {
      js: 'import { createRequire as from } from "node:module"; const require = from(import.meta.url);',
    },
    logLevel: "silent",
  });
  const sidecar = await ScriptedSidecar.start(t);
  const agent = await startAgent(t, join(folder, "greeter.mjs"), {
    SQLSERVER_URL: `sqlite:${join(folder, "agents.db")}`,
    ...sidecar.env,
  });
  t.match(await send(`${agent.url}/api/greeter/execute`, { who: "Ada" }), { status: 200 });
  t.match(
    await send(
      `${agent.url}/events/agents.visits.visit.announced`,
      cloudEvent("agents.visits.visit.announced", { who: "Bob" }),
    ),
    {
      body: { status: "SUCCESS" },
    },
  );
  t.equal(sidecar.published.length, 2);
  t.match(await send(`${agent.url}/openapi.json`), { status: 200, body: { openapi: "3.1.0" } });
  t.match(await send(`${agent.url}/swagger`), { status: 200 });
  t.notMatch(agent.output(), /warning/i, "nothing that the user can do nothing about is printed");

  const onServer = await startAgent(t, join(folder, "greeter.mjs"), {
    SQLSERVER_URL: `mssql://sa:x@127.0.0.1:${await freePort()}/agentsdb`,
  });
  await onServer.printed("waits for SQL Server");
  t.notMatch(onServer.output(), /warning/i, "what SQL Server needs is in the bundle too");

  const early = [...startedWith(metafile.outputs, "greeter.mjs")];
  t.ok(early.some((input) => input.includes("node_modules/hono/")));
  t.same(
    early.filter((input) => input.includes("@opentelemetry")),
    [],
    "telemetry is in parts that are loaded when it is on",
  );
  const collector = await startCollector(t);
  const traced = await startAgent(t, join(folder, "greeter.mjs"), {
    SQLSERVER_URL: `sqlite:${join(folder, "traced.db")}`,
    ...sidecar.env,
    ...sendingTo(collector.url),
  });
  t.match(await send(`${traced.url}/api/greeter/execute`, { who: "Ada" }), { status: 200 });
  await spansCalled(collector, "POST /api/greeter/execute");
});

/** What is in the files that are loaded at the start: those that the first one imports, and so on, but not late. */
function startedWith(outputs: Metafile["outputs"], main: string): ReadonlySet<string> {
  const inputs = new Set<string>();
  const files = Object.keys(outputs).filter((file) => file.endsWith(main));
  for (const file of files) {
    const output = outputs[file];
    if (output === undefined) continue;
    for (const input of Object.keys(output.inputs)) inputs.add(input);
    for (const { path, kind } of output.imports)
      if (kind === "import-statement" && !files.includes(path)) files.push(path);
  }
  return inputs;
}
