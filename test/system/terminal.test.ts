import { rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { fixture, fixtureProject, pick, resourceOf, until } from "../helpers/system.ts";
import { skip, Terminal } from "../helpers/terminal.ts";

test("in a terminal up shows what runs as what, what is ready, and what to do next", { skip }, async (t) => {
  const project = fixtureProject(t, {
    one: { command: fixture("listens.js") },
    two: { command: fixture("listens.js") },
  });
  const terminal = new Terminal(t, project);
  terminal.agents("up");
  const screen = await terminal.shows(/see {3}agents ps/);
  t.match(screen, /agents \d+\.\d+\.\d+ · fixtures · 2 agents/);
  t.match(screen, /sidecars +embedded/);
  t.match(screen, /✓ one +http:\/\/127\.0\.0\.1:\d+ +\d\.\d s/);
  t.match(screen, /ready in \d+\.\d s · 2 agents/);
  terminal.press("C-c");
  t.match(await terminal.shows(/stopped in/), /stopping 2 agents … \(Ctrl-C again kills\)/);
  await until("nothing is left", () => project.survivors().length === 0);
});

test(
  "in a terminal a crash loop keeps the run up, shows the error and waits for a save",
  { skip },
  async (t) => {
    const project = fixtureProject(t, {
      good: { command: fixture("listens.js") },
      bad: { entry: "bad.mjs" },
    });
    project.write({ "bad.mjs": `console.log("the key is missing"); process.exit(3);\n` });
    const terminal = new Terminal(t, project);
    terminal.agents("up");
    const screen = await terminal.shows(/AGENTS_CRASH_LOOP/);
    t.match(screen, /bad crashed 5 times in \d+ s and is no longer restarted/);
    t.match(screen, /the key is missing/);
    t.match(resourceOf(await project.json(["ps"]), "good"), { state: "ready" }, "the rest runs on");
    project.write({
      "bad.mjs": `import http from "node:http"; http.createServer((_, res) => res.end()).listen(process.env.PORT);\n`,
    });
    await terminal.shows(/ready in \d+\.\d s/);
    t.match(await project.json(["ps"]), { state: "ready" });
  },
);

test("a start that takes a while says what it is at until there is more to show", { skip }, async (t) => {
  const project = fixtureProject(t, {});
  rmSync(join(project.root, "agents.config.json"));
  const config = { name: "slow", agents: { one: { command: fixture("listens.js"), health: "tcp" } } };
  // It goes on when the line was seen.
  const code = `import { existsSync } from "node:fs";
while (!existsSync(${JSON.stringify(join(project.root, "seen"))})) await new Promise((go) => setTimeout(go, 20));
export default ${JSON.stringify(config)};\n`;
  project.write({ "agents.config.mjs": code });
  const terminal = new Terminal(t, project);
  terminal.agents("up");
  await terminal.shows(/preparing: reads the config/);
  project.write({ seen: "" });
  t.notMatch(await terminal.shows(/ready in/), /preparing/);
  terminal.press("C-c");
  await terminal.shows(/stopped in/);
});

test("closing the terminal stops everything in order", { skip }, async (t) => {
  const peaceful = { command: fixture("ends-in-peace.js"), health: "none" };
  const project = fixtureProject(t, { one: { command: fixture("listens.js") }, peaceful });
  const terminal = new Terminal(t, project);
  terminal.agents("up");
  await terminal.shows(/ready in/);
  const pid = Number(pick(await project.json(["ps"]), "pid"));
  terminal.close();
  await until(
    "the orchestrator and all it started are gone",
    () => project.survivors().length === 0 && !isAlive(pid),
  );
  t.equal((await project.agents(["ps"])).code, 3);
  const { stdout } = await project.agents(["logs", "peaceful"]);
  t.match(stdout, /finished/, "each was asked to end, and could");
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
