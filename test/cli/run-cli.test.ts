import { spawn } from "node:child_process";
import t from "tap";
import { REPO } from "../helpers/cli.ts";
import { until } from "../helpers/system.ts";
import { heard } from "../runtime/process/children.ts";
import { shop } from "./projects.ts";
import { cli } from "./run-cli.ts";

void t.test("the run that a test starts ends with it, also when it is killed", async (t) => {
  const cwd = t.testdir({ "agents.config.json": shop["agents.config.json"], "stock.mjs": shop["stock.mjs"] });
  const test = spawn(
    process.execPath,
    ["--conditions=agents-source", `${REPO}/test/fixtures/starts-a-run.ts`],
    { cwd, stdio: ["ignore", "pipe", "inherit"] },
  );
  t.teardown(() => test.kill("SIGKILL"));
  t.equal(await heard(test.stdout), "up\n");
  t.equal((await cli({ cwd }, "ps")).code, 0);
  test.kill("SIGKILL");
  await until("the run is gone", async () => (await cli({ cwd }, "ps")).code === 3);
});
