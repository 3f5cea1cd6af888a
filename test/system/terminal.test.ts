import { execFileSync, spawnSync } from "node:child_process";
import { test } from "tap";
import type { Test } from "tap";
import { CLI } from "../helpers/cli.ts";
import type { Project } from "../helpers/system.ts";
import { fixture, fixtureProject, pick, resourceOf, until } from "../helpers/system.ts";

const skip = spawnSync("tmux", ["-V"]).status === 0 ? false : "no tmux on this machine";

/** A real terminal with a shell in the project's folder; closing it is what closing a window is. */
class Terminal {
  readonly #socket: string;

  constructor(t: Test, project: Project) {
    this.#socket = `agents-test-${process.pid}-${Math.random().toString(36).slice(2)}`;
    const env = [
      "-e",
      `XDG_STATE_HOME=${project.env["XDG_STATE_HOME"] ?? ""}`,
      "-e",
      `PATH=${process.env["PATH"] ?? ""}`,
    ];
    this.#tmux(
      "-f",
      "/dev/null",
      "new-session",
      "-d",
      "-x",
      "120",
      "-y",
      "50",
      "-c",
      project.root,
      ...env,
      "env",
      "-u",
      "CI",
      "NO_COLOR=1",
      "sh",
    );
    t.teardown(() => this.close());
  }

  agents(command: string): void {
    this.#tmux("send-keys", `'${process.execPath}' ${CLI} ${command}`, "Enter");
  }

  press(key: string): void {
    this.#tmux("send-keys", key);
  }

  screen(): string {
    return this.#tmux("capture-pane", "-p", "-J", "-S", "-200");
  }

  async shows(text: RegExp): Promise<string> {
    let screen = "";
    await until(
      `the terminal shows ${String(text)}`,
      () => text.test((screen = this.screen())),
      20_000,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${screen}`);
    });
    return screen;
  }

  close(): void {
    spawnSync("tmux", ["-L", this.#socket, "kill-server"]);
  }

  #tmux(...args: readonly string[]): string {
    return execFileSync("tmux", ["-L", this.#socket, ...args], { encoding: "utf8" });
  }
}

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
