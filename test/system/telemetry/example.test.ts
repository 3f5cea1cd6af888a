import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import t from "tap";
import { REPO, systemProject, until, urlOf } from "../../helpers/system.ts";

t.test("the collector of the examples shows a flow as a tree", async (t) => {
  const child = spawn(process.execPath, [join(REPO, "examples/traces/show.ts")], {
    env: { ...process.env, PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.teardown(async () => {
    const gone = once(child, "close");
    child.kill();
    await gone;
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
  await until("it listens", () => output.includes("collects on "));
  const url = /collects on (\S+)/.exec(output)?.[1] ?? "";
  const project = systemProject(t, {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" },
  });
  await project.up(["--no-watch"]).ready();
  const answer = await fetch(
    `${urlOf(await project.json(["ps"]), "testplanning")}/api/testplanning/execute`,
    {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ requirement: "A password has 8 to 64 characters." }),
    },
  );
  t.equal(answer.status, 200);
  await until("the tree is shown", () => /trace [\da-f]{32} · \d+ spans/.test(output), 30_000);
  t.match(output, /^ +0\.0 ms {2}POST \/api\/testplanning\/execute {2}\[testplanning\]/m);
  t.match(output, / {2}publish agents\.testplanning\.spec\.generated {2}\[testplanning\]/);
  t.match(output, / {4,}process agents\.testplanning\.spec\.generated {2}\[implementation\]/);
});
