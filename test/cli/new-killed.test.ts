import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Test } from "tap";
import t from "tap";
import { CLI, REPO } from "../helpers/cli.ts";
import { filesOf, helloProject } from "../helpers/hello-project.ts";
import { pick } from "../helpers/system.ts";
import { cli, errorIn } from "./run-cli.ts";

const PRELOAD = join(REPO, "test/fixtures/dies-at-write.js");
// The port is given: which one is free changes while other tests run.
const ONE = ["new", "one", "--yes", "--json", "--port", "7399"];

/** `agents new one`, which is killed or counts; gives how it ended. */
async function watched(cwd: string, env: Readonly<Record<string, string>>): Promise<number | string> {
  const args = ["-u", "NODE_OPTIONS", process.execPath, "--import", PRELOAD, CLI, ...ONE];
  const child = spawn("/usr/bin/env", args, { cwd, env: { ...process.env, ...env }, stdio: "ignore" });
  const [code, signal]: unknown[] = await once(child, "close");
  return typeof code === "number" ? code : String(signal);
}

const LOCK = "prompts/prompts.lock.json";

/** A project with a lock of its prompts, which a new agent's are added to. */
function locked(t: Test): string {
  const project = helloProject(t);
  project.write({ [LOCK]: "{}\n" });
  return project.root;
}

/** What there is of the project. */
function stateOf(root: string) {
  const read = (file: string): string => readFileSync(join(root, file), "utf8");
  return { files: filesOf(root), config: read("agents.config.ts"), lock: read(LOCK) };
}

t.test("killed at any moment it leaves the config whole, and the next one takes up from there", async (t) => {
  const root = locked(t);
  const untouched = stateOf(root);
  const counted = join(t.testdir(), "count");
  t.equal(await watched(root, { COUNTS_TO: counted }), 0);
  const whole = stateOf(root);
  const total = Number(readFileSync(counted, "utf8"));
  t.ok(total > 25, `${total} changes`);
  t.match(Object.keys(JSON.parse(whole.lock)), ["one/label-entry@1.0.0"]);

  const ends = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((near) => [near, total - 1 - near]);
  const seen = new Set<string>();
  for (const at of new Set([...ends, Math.floor(total / 3), Math.floor((2 * total) / 3)])) {
    const here = locked(t);
    t.equal(await watched(here, { DIES_AT: String(at) }), "SIGKILL", `killed before change ${at}`);
    const { config } = stateOf(here);
    t.ok([untouched.config, whole.config].includes(config), "the config is the old one or the new one");
    seen.add(config);
    const again = await cli({ cwd: here }, ...ONE);
    // It was complete when it was killed, but for its last words.
    if (again.code !== 0) t.equal(errorIn(again)["code"], "AGENTS_NAME_TAKEN");
    t.strictSame(stateOf(here), whole, "there is the agent and nothing else");
  }
  t.equal(seen.size, 2, "some were killed before the config was changed, some after");
});

t.test("two at once: both are made, each with a port of its own; one name is given once", async (t) => {
  const { root } = helloProject(t);
  const make = (name: string) => cli({ cwd: root }, "new", name, "--yes", "--json");
  const [one, two, same] = await Promise.all([make("one"), make("two"), make("two")]);
  const [won, lost] = two.code === 0 ? [two, same] : [same, two];
  t.equal(one.code, 0, one.stderr);
  t.equal(won.code, 0, won.stderr);
  t.equal(errorIn(lost)["code"], "AGENTS_NAME_TAKEN");
  const ports = [one, won].map(({ stdout }) => pick(JSON.parse(stdout), "port"));
  t.equal(new Set(ports).size, 2, String(ports));
  const { stdout } = await cli({ cwd: root }, "config", "--json");
  t.match(JSON.parse(stdout), { agents: { greeter: {}, one: {}, two: {} } });
});
