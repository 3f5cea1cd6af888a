import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { own } from "./owned.ts";

const REPO = join(import.meta.dirname, "..");
const BIN = join(REPO, "bin/agents.js");

/** One line of `ps --json`, as far as it is used here. */
export interface Listed {
  readonly name: string;
  readonly kind: string;
  /** Of a sidecar. */
  readonly agent: string | null;
  readonly pid: number | null;
  readonly port: number | null;
  readonly startedAt: string | null;
  readonly readyAt: string | null;
}

/** A project in a temporary folder, driven through the built CLI as its users do. */
export class BenchProject implements AsyncDisposable {
  readonly root = mkdtempSync(join(tmpdir(), "agents-bench-"));
  readonly env: NodeJS.ProcessEnv;
  readonly #owned: AsyncDisposable;
  #up: Up | null = null;

  constructor(env: NodeJS.ProcessEnv = {}) {
    this.env = { ...process.env, NO_COLOR: "1", XDG_STATE_HOME: join(this.root, ".xdg"), ...env };
    delete this.env["CI"];
    this.#owned = own(async () => await this.#release());
  }

  /** Starts `agents up`, on the embedded default where no Redis is given; returns when it says that all is ready. */
  async up(args: readonly string[] = []): Promise<Up> {
    const mode = this.env["AGENTS_REDIS_URL"] === undefined ? ["--mode", "embedded"] : [];
    const up = new Up(this, ["up", "--ui", "plain", ...mode, ...args]);
    this.#up = up;
    await up.ready;
    return up;
  }

  /** Runs one command to its end; fails with what it says on stderr. */
  async agents(args: readonly string[]): Promise<{ readonly stdout: string; readonly ms: number }> {
    const began = performance.now();
    const child = this.spawn(args);
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "exit"),
    ]);
    const ms = performance.now() - began;
    if (code !== 0) throw new Error(`agents ${args.join(" ")} ended with ${String(code)}: ${stderr}`);
    return { stdout, ms };
  }

  async listed(): Promise<readonly Listed[]> {
    const { stdout } = await this.agents(["ps", "--json"]);
    const { resources }: { readonly resources: readonly Listed[] } = JSON.parse(stdout);
    return resources;
  }

  /** The agents that run. */
  async agentsListed(): Promise<readonly (Listed & { readonly pid: number; readonly port: number })[]> {
    return (await this.listed()).flatMap((each) =>
      each.kind === "agent" && each.pid !== null && each.port !== null
        ? [{ ...each, pid: each.pid, port: each.port }]
        : [],
    );
  }

  spawn(args: readonly string[]): ChildProcess {
    // A group of its own: Ctrl-C reaches it through us, once.
    return spawn(process.execPath, [BIN, ...args], {
      cwd: this.root,
      env: this.env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  write(name: string, content: string): void {
    const file = join(this.root, name);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, content);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned[Symbol.asyncDispose]();
  }

  async #release(): Promise<void> {
    await this.#up?.end();
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** One `agents up` in the foreground of a pipe. */
export class Up {
  readonly pid: number;
  /** ms from spawn to the line that says that all is ready. */
  readonly ready: Promise<number>;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #output = "";

  constructor(project: BenchProject, args: readonly string[]) {
    const began = performance.now();
    this.#child = project.spawn(args);
    this.pid = this.#child.pid ?? 0;
    this.#exited = once(this.#child, "close").then(() => undefined);
    this.ready = new Promise((resolve, reject) => {
      const read = (chunk: Buffer): void => {
        this.#output += chunk.toString();
        if (/ready in /u.test(this.#output)) resolve(performance.now() - began);
        this.#output = this.#output.slice(-5_000);
      };
      this.#child.stdout?.on("data", read);
      this.#child.stderr?.on("data", read);
      void this.#exited.then(() => reject(new Error(`agents up ended before it was ready: ${this.#output}`)));
    });
  }

  /** Resolves with the moment at which the process has ended. */
  async exited(): Promise<number> {
    await this.#exited;
    return performance.now();
  }

  /** ms from the signal to the end of the process. */
  async stop(signal: "SIGTERM" | "SIGINT" = "SIGTERM"): Promise<number> {
    const began = performance.now();
    this.#child.kill(signal);
    return (await this.exited()) - began;
  }

  /** Ends it, whatever it does; its watchdog ends what is left of it. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill("SIGTERM");
    const late = setTimeout(() => this.#child.kill("SIGKILL"), 15_000);
    await this.#exited;
    clearTimeout(late);
  }
}

/** How many agents the system of `sixAgents` has. */
export const SIX = 6;

/** The system of this repository, on ports that are free. */
export function sixAgents(): BenchProject {
  const project = realProject();
  const config = readFileSync(join(REPO, "agents.config.ts"), "utf8");
  project.write("agents.config.ts", config.replaceAll(/^ *(?:port|sidecarPort): \d+,\n/gmu, ""));
  return project;
}

/** A project as a user has it: sources of its own, the package among its dependencies. */
export function realProject(env: NodeJS.ProcessEnv = {}): BenchProject {
  const project = new BenchProject(env);
  // All of them: agents know the events of others. The kit is the package's.
  const agents = readdirSync(join(REPO, "src/agents")).filter((name) => name !== "kit");
  for (const name of [...agents.map((agent) => join("src/agents", agent)), "prompts", "events"])
    cpSync(join(REPO, name), join(project.root, name), { recursive: true });
  project.write("package.json", JSON.stringify({ name: "bench", private: true, type: "module" }));
  const modules = join(project.root, "node_modules");
  mkdirSync(modules);
  for (const name of readdirSync(join(REPO, "node_modules")))
    if (!name.startsWith(".")) symlinkSync(join(REPO, "node_modules", name), join(modules, name));
  // As npm installs it: a link would make every file of it one of the project's own, built anew with each save.
  for (const name of ["package.json", "dist"])
    cpSync(join(REPO, name), join(modules, "agents-apphost", name), { recursive: true });
  project.env["NOTIFICATION_DIR"] = join(project.root, "sent");
  return project;
}

/** Some of the agents as a shell of a config with the resources of this repository's own system. */
export function configOf(agents: readonly string[]): string {
  const entries = agents.map(
    (name) =>
      `"${name}": agent({ entry: "src/agents/${name}/main.ts", uses: [db, llm], subscribes: ${JSON.stringify(SUBSCRIBES[name] ?? [])} })`,
  );
  return `import { agent, defineConfig, ollama, pubsub, redis, sqlServer, stateStore } from "agents-apphost";
const cache = redis();
const db = sqlServer({ databases: ["agentsdb"] });
const llm = ollama({ models: ["llama3.2:3b"] });
export default defineConfig({
  name: "bench",
  resources: { redis: cache, sqlserver: db, ollama: llm },
  components: { "agents-pubsub": pubsub(cache), "agents-statestore": stateStore(cache) },
  agents: { ${entries.join(",\n")} },
});
`;
}

/** Those of the reference flow. */
export const FLOW_AGENTS = ["notification", "testplanning", "implementation"];
const SUBSCRIBES: Readonly<Record<string, readonly string[]>> = {
  notification: [
    "agents.bimclassification.suggestion.generated",
    "agents.implementation.code.generated",
    "agents.notification.send.requested",
  ],
  testplanning: ["agents.implementation.code.generated"],
  implementation: ["agents.testplanning.spec.generated"],
};

/** So many agents of one small program, as plain processes. */
export function commandConfig(
  count: number,
  command: readonly string[],
  settings: Readonly<Record<string, unknown>> = {},
): string {
  const agents = Array.from({ length: count }, (_, index) => [
    `agent-${index}`,
    { command, health: "tcp", ...settings },
  ]);
  return JSON.stringify({ name: "bench", agents: Object.fromEntries(agents) });
}

async function text(stream: NodeJS.ReadableStream | null): Promise<string> {
  let all = "";
  if (stream === null) return all;
  for await (const chunk of stream) all += String(chunk);
  return all;
}
