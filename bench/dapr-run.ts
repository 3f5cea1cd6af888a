import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createReadiness } from "../src/runtime/resources/readiness/readiness.ts";
import { own } from "./owned.ts";

/** One app of a `dapr run -f`, with its daprd. */
export interface DaprApp {
  readonly name: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly port: number;
  readonly daprPort: number;
  /** Folders of resources. */
  readonly resources: readonly string[];
  readonly config: string | undefined;
}

export interface DaprCli {
  readonly path: string;
  readonly version: string;
}

/** The Dapr CLI: `AGENTS_BENCH_DAPR`, else the one on the PATH; null where there is none. */
export function daprCli(): DaprCli | null {
  const path = process.env["AGENTS_BENCH_DAPR"] ?? "dapr";
  const { status, stdout } = spawnSync(path, ["--version"], { encoding: "utf8" });
  return status === 0 ? { path, version: /CLI version: (\S+)/u.exec(stdout)?.[1] ?? "unknown" } : null;
}

/** In the environment of all that one `dapr run` starts: it leaves processes behind when it ends. */
const MARK = "AGENTS_BENCH_DAPR_RUN";
const LEFT_BEHIND_MS = 5_000;

/**
 * Starts the apps with `dapr run -f`, in a home of its own; ms until the last app answers and the last daprd knows what its
 * app listens to (its `/v1.0/healthz` stays 500: it is told to look for a placement service that is not there). All are
 * ended before it returns.
 */
export async function timeDaprRun(cli: DaprCli, apps: readonly DaprApp[], daprd: string): Promise<number> {
  const home = homeWith(daprd);
  const file = join(home, "dapr.yaml");
  writeFileSync(file, JSON.stringify(runFile(apps))); // JSON is YAML
  const over = new AbortController();
  const began = performance.now();
  const child = spawn(cli.path, ["run", "-f", file], {
    cwd: home,
    env: { ...process.env, HOME: home, DAPR_RUNTIME_PATH: home, [MARK]: home },
    stdio: "ignore",
    detached: true, // Ctrl-C reaches it through us, once
  });
  const gone = once(child, "exit");
  await using _ = own(async () => {
    over.abort();
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGINT");
      await Promise.race([gone, sleep(15_000).then(() => child.kill("SIGKILL"))]);
    }
    await endAll(home);
    rmSync(home, { recursive: true, force: true });
  });
  const failed = gone.then(() => {
    throw new Error("dapr run -f ended before all was ready");
  });
  failed.catch(() => undefined); // also rejects at its planned end
  await Promise.race([Promise.all(apps.map(async (app) => await untilReady(app, over.signal))), failed]);
  return performance.now() - began;
}

function homeWith(daprd: string): string {
  const home = mkdtempSync(join(tmpdir(), "agents-bench-dapr-"));
  const bin = join(home, ".dapr", "bin");
  mkdirSync(bin, { recursive: true });
  symlinkSync(daprd, join(bin, "daprd"));
  const configuration = { apiVersion: "dapr.io/v1alpha1", kind: "Configuration" };
  const text = JSON.stringify({ ...configuration, metadata: { name: "daprConfig" }, spec: {} });
  writeFileSync(join(home, ".dapr", "config.yaml"), text);
  return home;
}

function runFile(apps: readonly DaprApp[]): unknown {
  return {
    version: 1,
    apps: apps.map((app) => ({
      appID: app.name,
      appDirPath: app.cwd,
      appPort: app.port,
      daprHTTPPort: app.daprPort,
      command: app.command,
      // It says itself where its daprd is.
      env: Object.fromEntries(Object.entries(app.env).filter(([name]) => !name.startsWith("DAPR_"))),
      resourcesPaths: app.resources,
      ...(app.config === undefined ? {} : { configFilePath: app.config }),
      appLogDestination: "file",
      daprdLogDestination: "file",
    })),
  };
}

async function untilReady({ port, daprPort }: DaprApp, signal: AbortSignal): Promise<void> {
  await Promise.all([
    createReadiness({ by: "auto" }, port).untilReady(signal, () => undefined),
    untilSubscribed(`http://127.0.0.1:${daprPort}/v1.0/metadata`, signal),
  ]);
}

async function untilSubscribed(url: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    const response = await fetch(url, { signal }).catch(() => null);
    const text = (await response?.text()) ?? "{}";
    const metadata: { readonly subscriptions?: readonly unknown[] } =
      response?.ok === true ? JSON.parse(text) : {};
    if ((metadata.subscriptions?.length ?? 0) > 0) return;
    await sleep(10, undefined, { signal });
  }
}

/** Waits for what a `dapr run` left running, then kills it. */
async function endAll(mark: string): Promise<void> {
  const until = performance.now() + LEFT_BEHIND_MS;
  while (marked(mark).length > 0 && performance.now() < until) await sleep(50);
  for (const pid of marked(mark)) process.kill(pid, "SIGKILL");
}

function marked(mark: string): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/u.test(name) && environment(name).includes(`${MARK}=${mark}`))
    .map(Number);
}

/** Empty when it ended meanwhile, or is somebody else's. */
function environment(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8");
  } catch {
    return "";
  }
}
