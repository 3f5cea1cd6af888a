import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { CLI, REPO } from "../helpers/cli.ts";

/** What one command line did. */
export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** Starts the real command line, in a folder. */
export function startCli(options: CliOptions, ...args: readonly string[]): ChildProcessWithoutNullStreams {
  return startNode(options, CLI, ...args);
}

/** Starts a run that ends with this process, however that ends, unless it is stopped before. Resolves when it is ready. */
export async function startRun(options: CliOptions): Promise<ChildProcessWithoutNullStreams> {
  const tie = join(REPO, "test/fixtures/ends-with-its-starter.js");
  const child = startNode(options, tie, process.execPath, CLI, "up", "--ui", "json", "--mode", "embedded");
  const said = text(child.stderr);
  for await (const line of createInterface({ input: child.stdout })) {
    const event: { readonly type?: string; readonly state?: string } = JSON.parse(line);
    if (event.type !== "run" || event.state !== "ready") continue;
    child.stdout.resume(); // nobody reads on, and it must not wait for that
    return child;
  }
  throw new Error(await said);
}

function startNode({ cwd, env }: CliOptions, ...args: readonly string[]): ChildProcessWithoutNullStreams {
  // `env -u`: what tap adds to a child's Node is no part of the command line. `env` becomes the program: same pid.
  return spawn("/usr/bin/env", ["-u", "NODE_OPTIONS", process.execPath, ...args], {
    cwd,
    env: { ...plainEnvironment(), XDG_STATE_HOME: cwd, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
}

/** Runs it to its end. */
export async function cli(options: CliOptions, ...args: readonly string[]): Promise<CliResult> {
  const child = startCli(options, ...args);
  child.stdin.on("error", () => undefined); // one that reads no input may be gone before it comes
  child.stdin.end(options.input ?? "");
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { code: child.exitCode, stdout, stderr };
}

/** The test's own environment without what would colour the output. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const { NO_COLOR, FORCE_COLOR, ...rest } = process.env;
  void [NO_COLOR, FORCE_COLOR];
  return rest;
}

/** The error that `--json` writes to stderr as its only line. */
export function errorIn({ stderr }: CliResult): Readonly<Record<string, unknown>> {
  const lines = stderr.trimEnd().split("\n");
  if (lines.length !== 1) throw new Error(`expected one line on stderr, found ${lines.length}: ${stderr}`);
  const { error }: { readonly error: Readonly<Record<string, unknown>> } = JSON.parse(lines[0] ?? "");
  return error;
}
