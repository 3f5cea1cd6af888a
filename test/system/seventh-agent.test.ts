import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { test } from "tap";
import { pick, Project, REPO, resourceOf, until, urlOf } from "../helpers/system.ts";

const execute = promisify(execFile);

/** What git does not have; `dist` is there, as `npm install` makes it. */
const NOT_CLONED = new Set(["node_modules", ".git", ".agents", ".tap", "coverage"]);

/** This repository, cloned and installed. */
function clone(): string {
  const root = mkdtempSync(join(tmpdir(), "agents-clone-"));
  cpSync(REPO, root, {
    recursive: true,
    filter: (path) => !NOT_CLONED.has(relative(REPO, path).split("/")[0] ?? ""),
  });
  symlinkSync(join(REPO, "node_modules"), join(root, "node_modules"));
  return root;
}

/** A script of the clone; `env -u`: what tap adds to a child's Node is no part of it, and a run of tap inside is one of its own. */
async function npm(root: string, ...args: readonly string[]): Promise<string> {
  const own = ["-u", "NODE_OPTIONS", "-u", "NODE_TEST_CONTEXT", ...TAPS.flatMap((name) => ["-u", name])];
  const { stdout } = await execute("env", [...own, "npm", ...args], { cwd: root, maxBuffer: 1e8 });
  return stdout;
}

const TAPS = Object.keys(process.env).filter((name) => /^_?TAP/.test(name));

/** The tests that look at the repository as it is: its agents, prompts, events, documents and rules. */
const LOOKING = [
  "test/agents/graph.test.ts",
  "test/agents/inventory",
  "test/agents/prompt-files.test.ts",
  "test/agents/prompt-text.test.ts",
  "test/agents/rest/lists.test.ts",
  "test/architecture.test.ts",
  "test/scripts/generated.test.ts",
  "test/templates/agent.test.ts",
];

test("a seventh agent in a clone of this repository: it starts, gets the next ticket, and every check passes", async (t) => {
  const root = clone();
  const project = new Project(root);
  t.teardown(() => project.close());
  const up = project.up(["--isolated"]);
  await up.ready();
  const made = await project.json([
    "new",
    "inventory",
    "--subscribes",
    "agents.servicedesk.ticket.created",
    "--yes",
  ]);
  t.strictSame(pick(made, "next"), ["npm run generate"]);
  await until(
    "it was started",
    async () => pick(resourceOf(await project.json(["ps"]), "inventory"), "state") === "ready",
  );

  const ticket = { title: "Printer", body: "The printer on floor 2 is out of toner." };
  const answer = await fetch(`${urlOf(await project.json(["ps"]), "servicedesk")}/api/servicedesk/execute`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(ticket),
  });
  const correlation = String(pick(await answer.json(), "correlationId"));
  const topics = await fetch(`${urlOf(await project.json(["ps"]), "inventory")}/dapr/subscribe`);
  const heard = ((await topics.json()) as readonly { readonly topic: string }[]).map(({ topic }) => topic);
  t.strictSame(heard.toSorted(), (pick(made, "subscribes") as readonly string[]).toSorted());
  const recorded = async () =>
    (await project.lines(["events", "--correlation", correlation])).find(
      (event) => pick(event, "eventType") === "agents.inventory.entry.recorded",
    );
  await until("the ticket is an entry", async () => (await recorded()) !== undefined);
  const { id } = (await recorded()) as { readonly id: string };
  const event = await project.json(["events", "show", id]);
  t.match(JSON.stringify(event), /Printer · The printer on floor 2 is out of toner\./);
  await project.agents(["down"]);

  const touched = ["files", "changed"].flatMap((member) => pick(made, member) as readonly string[]);
  await Promise.all([
    t.resolves(npm(root, "run", "-s", "typecheck"), "types"),
    t.resolves(
      npm(root, "run", "-s", "lint", "--", ...touched.filter((file) => file.endsWith(".ts"))),
      "lint",
    ),
    t.resolves(npm(root, "run", "-s", "format:check", "--", ...touched), "format"),
  ]);
  t.match(await project.json(["check"]), { violations: { length: 0 } });
  t.equal((await project.agents(["prompts", "lint"])).code, 0);
  await t.resolves(npm(root, "test", "--", ...LOOKING), "the tests that look at the repository");
  t.equal(
    await npm(root, "run", "-s", "generate"),
    "wrote docs/asyncapi.yaml\nwrote docs/openapi/inventory.json\n",
    "its event schemas are what its code says already",
  );
  t.match(
    await npm(root, "test", "--", "--grep=/^inventory/", "test/agents/rest/rest.test.ts"),
    /ok \d+ - inventory: every documented operation answers as all others do/,
  );
});
