import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { covered } from "./covered.ts";
import { REPO } from "./system.ts";

/** What an agent answers. */
export interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** An agent as a process of its own. */
export interface RunningAgent {
  readonly url: string;
  readonly pid: number;
  readonly output: () => string;
  post(path: string, body: unknown): Promise<Answered>;
  get(path: string): Promise<Answered>;
  /** kill -9; resolves when the process has ended. */
  kill(): Promise<void>;
  /** Resolves when the process has ended by itself. */
  readonly ended: Promise<void>;
}

const OBSERVE = new URL("../agents/kit/tsql/observe.ts", import.meta.url).href;
const folder = mkdtempSync(join(tmpdir(), "agents-statements-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

/** Where the agents of this test file write down which statements they have sent. */
export function statementsFile(): string {
  return join(folder, "statements.ndjson");
}

/** Runs a program of this repository with nothing but the given environment, and waits until it is ready. */
export async function runAgentProcess(
  entry: string,
  port: number,
  env: Readonly<Record<string, string>>,
): Promise<RunningAgent> {
  // Whatever it says to its SQLite is checked as what it would say to SQL Server.
  const args = ["--conditions=agents-source", ...covered.args, "--import", OBSERVE, entry];
  const child = execa(process.execPath, args, {
    cwd: REPO,
    reject: false,
    all: true,
    extendEnv: false,
    env: {
      PATH: process.env["PATH"] ?? "",
      PORT: String(port),
      AGENTS_TEST_STATEMENTS: statementsFile(),
      ...covered.env,
      ...env,
    },
  });
  let output = "";
  child.all.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  const ended = child.then(() => undefined);
  const kill = async (): Promise<void> => {
    child.kill(covered.kill);
    await ended;
  };
  const url = `http://127.0.0.1:${port}`;
  const agent = { url, pid: child.pid ?? 0, output: () => output, kill, ended, ...client(url) };
  await ready(agent).catch(async (error: unknown) => {
    await kill();
    throw error;
  });
  return agent;
}

const answered = z.record(z.string(), z.unknown());

async function read(response: Response): Promise<Answered> {
  return { status: response.status, body: answered.parse(await response.json()) };
}

function client(url: string): Pick<RunningAgent, "post" | "get"> {
  const headers = { "content-type": "application/json" };
  return {
    post: async (path, body) =>
      await read(await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) })),
    get: async (path) => await read(await fetch(url + path)),
  };
}

async function ready({ url, ended, output }: RunningAgent): Promise<void> {
  let exited = false;
  void ended.then(() => (exited = true));
  for (;;) {
    if (exited) throw new Error(`the agent has ended:\n${output()}`);
    // A refused connection is an answer too: not yet.
    const answer = await fetch(`${url}/healthz/ready`).catch(() => null);
    if (answer?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
