import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "tap";
import { pick, REPO, systemProject, until, urlOf } from "../helpers/system.ts";

test("the rules of public specifications are read as their readers read them, and every flow completes", async (t) => {
  const project = systemProject(t);
  await project.up(["--no-watch"]).ready();
  const url = urlOf(await project.json(["ps"]), "testplanning");
  const script = join(REPO, "examples/requirements/send.ts");
  const child = spawn(process.execPath, ["--conditions=agents-source", script, "--url", url], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let table = "";
  child.stdout.on("data", (chunk: Buffer) => (table += chunk.toString()));
  const [code] = await once(child, "close");
  t.match(table, /58 rules, 58 as expected, 0 not/);
  t.equal(code, 0);

  let types: unknown[] = [];
  await until(
    "every flow has come to its end",
    async () => {
      const events = await project.lines(["events"]);
      types = events.map((event) => pick(event, "eventType"));
      return (
        count(types, "agents.notification.sent.completed") ===
        count(types, "agents.testplanning.spec.generated")
      );
    },
    60_000,
  );
  t.ok(count(types, "agents.testplanning.spec.generated") >= 30, "at least 30 rules");
  t.equal(
    count(types, "agents.implementation.code.generated"),
    count(types, "agents.testplanning.spec.generated"),
    "each is answered, with code or with a reason to skip it",
  );
});

function count(types: readonly unknown[], type: string): number {
  return types.filter((each) => each === type).length;
}
