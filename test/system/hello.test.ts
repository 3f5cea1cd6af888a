import { cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "tap";
import { Project, REPO } from "../helpers/system.ts";

const HELLO = join(REPO, "examples/hello");

test("the hello agent of the kit's guide runs and answers an event", async (t) => {
  const root = mkdtempSync(join(tmpdir(), "agents-hello-"));
  cpSync(HELLO, root, { recursive: true });
  mkdirSync(join(root, "node_modules"));
  symlinkSync(REPO, join(root, "node_modules/agents-apphost"));
  symlinkSync(join(REPO, "node_modules/zod"), join(root, "node_modules/zod"));
  const project = new Project(root);
  t.teardown(() => project.close());
  await project.up(["--no-watch", "--isolated"]).ready();
  const flow = await project.json([
    "publish",
    "agents.greeter.greeting.requested",
    "--data",
    '{"who":"Ada"}',
    "--wait",
  ]);
  t.match(flow, {
    settled: true,
    deliveries: [{ agent: "greeter", status: "success" }],
    caused: [{ id: String }],
  });
});

test("the guide shows the hello agent as it is", async (t) => {
  const guide = readFileSync(join(REPO, "docs/kit.md"), "utf8");
  for (const file of ["src/greeter/main.ts", "src/greeter/events.ts", "prompts/greeter/greet.yaml"]) {
    t.ok(guide.includes(readFileSync(join(HELLO, file), "utf8").trim()), file);
  }
});
