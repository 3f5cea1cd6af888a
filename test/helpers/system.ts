import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Test } from "tap";
import { CLI, REPO } from "./cli.ts";
import { SYSTEM_AGENTS } from "./system-agents.ts";

export { REPO };

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A project in a folder of its own, driven through the CLI as a process. */
export class Project {
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  readonly #ups: Up[] = [];

  constructor(root: string, env: NodeJS.ProcessEnv = {}) {
    this.root = root;
    this.env = { ...process.env, NO_COLOR: "1", XDG_STATE_HOME: join(root, ".xdg"), ...env };
    delete this.env["CI"];
  }

  /**
   * What this machine has beside Node is of no account to a test that does not ask for it: a start is on the embedded default
   * unless a mode or a Redis is given, or one was chosen in this folder before.
   */
  #pinned(args: readonly string[]): readonly string[] {
    const isFree = args[0] !== "up" || args.includes("--mode") || this.env["AGENTS_REDIS_URL"] !== undefined;
    return isFree || existsSync(join(this.root, ".agents/choices.json"))
      ? args
      : [...args, "--mode", "embedded"];
  }

  /** Runs one command to its end. */
  async agents(args: readonly string[], input?: string): Promise<Ran> {
    const child = spawn(process.execPath, [CLI, ...this.#pinned(args)], {
      cwd: this.root,
      env: this.env,
      stdio: "pipe",
    });
    child.stdin.end(input ?? "");
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "close"),
    ]);
    return { code: typeof code === "number" ? code : null, stdout, stderr };
  }

  /** `--json` output, parsed. */
  async json(args: readonly string[]): Promise<unknown> {
    const ran = await this.agents([...args, "--json"]);
    if (ran.code !== 0) throw new Error(`agents ${args.join(" ")} ended with ${ran.code}: ${ran.stderr}`);
    return JSON.parse(ran.stdout);
  }

  /** NDJSON output, parsed. */
  async lines(args: readonly string[]): Promise<unknown[]> {
    const ran = await this.agents([...args, "--json"]);
    if (ran.code !== 0) throw new Error(`agents ${args.join(" ")} ended with ${ran.code}: ${ran.stderr}`);
    return ran.stdout
      .split("\n")
      .filter(Boolean)
      .map((line): unknown => JSON.parse(line));
  }

  /** A foreground `agents up`, in a pipe. */
  up(args: readonly string[] = []): Up {
    const up = new Up(
      spawn(process.execPath, [CLI, ...this.#pinned(["up", "--ui", "json", ...args])], {
        cwd: this.root,
        env: this.env,
        stdio: ["ignore", "pipe", "pipe"],
      }),
    );
    this.#ups.push(up);
    return up;
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, content] of Object.entries(files)) {
      const file = join(this.root, name);
      mkdirSync(join(file, ".."), { recursive: true });
      writeFileSync(file, content);
    }
  }

  async close(): Promise<void> {
    await this.agents(["down"]);
    for (const up of this.#ups)
      if (up.child.exitCode === null && up.child.signalCode === null) up.child.kill("SIGKILL");
    await until("nothing of the run is left", () => this.survivors().length === 0, 10_000);
    rmSync(this.root, { recursive: true, force: true });
  }

  /** Processes that carry the marker of a run of this project. */
  survivors(): readonly number[] {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .filter((pid) => {
        try {
          const env = readFileSync(`/proc/${pid}/environ`, "latin1");
          return env.includes("AGENTS_RUN_ID=") && env.includes(`XDG_STATE_HOME=${this.root}`);
        } catch {
          return false; // gone meanwhile
        }
      })
      .map(Number);
  }
}

/** One `agents up --ui json`. */
export class Up {
  readonly child: ChildProcess;
  readonly events: Record<string, unknown>[] = [];
  stderr = "";
  readonly closed: Promise<number | null>;
  readonly #waiting = new Set<() => void>();

  constructor(child: ChildProcess) {
    this.child = child;
    child.stderr?.on("data", (chunk: Buffer) => (this.stderr += chunk.toString()));
    if (child.stdout === null) throw new Error("up has no stdout");
    createInterface({ input: child.stdout }).on("line", (line) => {
      this.events.push(JSON.parse(line));
      for (const wake of this.#waiting) wake();
    });
    this.closed = once(child, "close").then(([code]: unknown[]) => {
      for (const wake of this.#waiting) wake();
      return typeof code === "number" ? code : null;
    });
  }

  /** The first event, past or to come, that fits. */
  async event(
    what: string,
    fits: (event: Record<string, unknown>) => boolean,
    timeoutMs = 30_000,
  ): Promise<Record<string, unknown>> {
    let found: Record<string, unknown> | undefined;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () =>
          finish(
            new Error(
              `no event "${what}" in ${timeoutMs} ms\n${this.stderr}\n${JSON.stringify(this.events.slice(-5))}`,
            ),
          ),
        timeoutMs,
      );
      const finish = (error?: Error): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        if (error === undefined) resolve();
        else reject(error);
      };
      const look = (): void => {
        found = this.events.find(fits);
        if (found !== undefined) finish();
        else if (this.child.exitCode !== null || this.child.signalCode !== null)
          finish(new Error(`up ended with ${this.child.exitCode} before "${what}"\n${this.stderr}`));
      };
      this.#waiting.add(look);
      look();
    });
    if (found === undefined) throw new Error("unreachable");
    return found;
  }

  ready(): Promise<Record<string, unknown>> {
    return this.event("run ready", (event) => event["type"] === "run" && event["state"] === "ready");
  }
}

/** How a system project differs from the usual one. */
interface SystemOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** By default those of the reference flow. */
  readonly agents?: readonly (keyof typeof SYSTEM_AGENTS)[];
  /** What an agent's sidecar is, where it is not the run's choice. */
  readonly sidecars?: Readonly<Record<string, string>>;
}

/** A project with agents of this repository, on free ports. */
export function systemProject(
  t: Test,
  {
    env = {},
    agents = ["notification", "testplanning", "implementation"],
    sidecars = {},
  }: SystemOptions = {},
): Project {
  const root = mkdtempSync(join(tmpdir(), "agents-system-"));
  symlinkSync(join(REPO, "prompts"), join(root, "prompts"));
  symlinkSync(join(REPO, "events"), join(root, "events"));
  const project = new Project(root, { NOTIFICATION_DIR: join(root, "sent"), ...env });
  const configOf = (name: keyof typeof SYSTEM_AGENTS): object => {
    const sidecar = sidecars[name];
    return { ...SYSTEM_AGENTS[name], ...(sidecar === undefined ? {} : { sidecar }) };
  };
  project.write({
    "agents.config.json": JSON.stringify({
      name: "system-test",
      resources: { redis: { kind: "redis" }, sqlserver: { kind: "sqlserver", databases: ["agentsdb"] } },
      components: {
        "agents-pubsub": { kind: "pubsub", resource: "redis" },
        "agents-statestore": { kind: "statestore", resource: "redis" },
      },
      agents: Object.fromEntries(agents.map((name) => [name, configOf(name)])),
    }),
  });
  t.teardown(() => project.close());
  return project;
}

/** A project of small fixture programs, each an agent with `command`; ports are chosen freely unless given. */
export function fixtureProject(
  t: Test,
  agents: Readonly<Record<string, Record<string, unknown>>>,
  env: NodeJS.ProcessEnv = {},
): Project {
  const root = mkdtempSync(join(tmpdir(), "agents-fixture-"));
  const project = new Project(root, env);
  project.write({ "agents.config.json": JSON.stringify(fixtureConfig(agents)) });
  t.teardown(() => project.close());
  return project;
}

export function fixtureConfig(agents: Readonly<Record<string, Record<string, unknown>>>): unknown {
  return {
    name: "fixtures",
    agents: Object.fromEntries(
      Object.entries(agents).map(([name, agent]) => [name, { health: "tcp", ...agent }]),
    ),
  };
}

/** The command of a program in test/fixtures. */
export function fixture(name: string): readonly [string, string] {
  return [process.execPath, join(REPO, "test/fixtures", name)];
}

/** Looks until it is so; the only place that waits by the clock, as there is no event to wait for. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  timeoutMs = 15_000,
): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not so after ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The value at a path of parsed JSON. */
export function pick(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (here, key) => (typeof here === "object" && here !== null ? Reflect.get(here, key) : undefined),
    value,
  );
}

/** One resource of what `ps --json` prints. */
export function resourceOf(run: unknown, name: string): unknown {
  const resources = pick(run, "resources");
  return Array.isArray(resources)
    ? resources.find((resource: unknown) => pick(resource, "name") === name)
    : undefined;
}

export function urlOf(run: unknown, name: string): string {
  return String(pick(resourceOf(run, name), "url"));
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  let all = "";
  stream.setEncoding("utf8");
  for await (const chunk of stream) all += String(chunk);
  return all;
}
