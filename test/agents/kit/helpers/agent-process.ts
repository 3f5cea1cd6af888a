import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Test } from "tap";
import { trusted } from "../../../../src/agents/kit/process/trusted.ts";
import { covered } from "../../../helpers/covered.ts";

/** A fixture agent that runs as a process of its own. */
export interface AgentProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** Everything it has printed. */
  output(): string;
  /** Resolves when it prints a line that contains the text. */
  printed(text: string): Promise<string>;
  /** Resolves with its exit code or signal. */
  readonly exited: Promise<number | string>;
}

const fixtures = fileURLToPath(new URL("../fixtures/", import.meta.url));

/** Starts a fixture and waits until it listens; the test takes it down. */
export async function startAgent(
  t: Test,
  name: string,
  env: Record<string, string> = {},
): Promise<AgentProcess> {
  const agent = spawnAgent(t, name, env);
  const line = await agent.printed("listens url=");
  return { ...agent, url: /url=(\S+)/.exec(line)?.[1] ?? "" };
}

/** Starts a fixture, or a program with an absolute path, without waiting. */
export function spawnAgent(t: Test, name: string, env: Record<string, string> = {}): AgentProcess {
  const child = spawn(
    process.execPath,
    [
      "--conditions=agents-source",
      ...covered.args,
      resolve(fixtures, isAbsolute(name) ? name : `${name}.ts`),
    ],
    {
      env: {
        PATH: process.env["PATH"],
        PORT: "0",
        AGENTS_PROMPTS_DIR: `${fixtures}prompts`,
        ...covered.env,
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let text = "";
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      for (const check of waiting) check();
    });
  }
  const exited = once(child, "close").then(([code, signal]: unknown[]) =>
    trusted<number | string>(code ?? signal),
  );
  t.teardown(async () => {
    child.kill(covered.kill);
    await exited;
  });
  const printed = async (wanted: string): Promise<string> => {
    const { promise, resolve: found, reject } = Promise.withResolvers<string>();
    const check = (): void => {
      const line = text
        .split("\n")
        .slice(0, -1)
        .find((candidate) => candidate.includes(wanted));
      if (line !== undefined) found(line);
    };
    waiting.add(check);
    check();
    void exited.then((how) => {
      check();
      reject(new Error(`it ended (${how}) without printing "${wanted}":\n${text}`));
    });
    return await promise.finally(() => waiting.delete(check));
  };
  return { url: "", child, output: () => text, printed, exited };
}

/** One JSON request. */
export async function send(
  url: string,
  body?: unknown,
  init: RequestInit = {},
): Promise<{ status: number; type: string; headers: Headers; body: Record<string, unknown> }> {
  const response = await fetch(url, {
    ...(body === undefined
      ? {}
      : { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    ...init,
  });
  const type = response.headers.get("content-type") ?? "";
  const read: unknown = type.includes("json") ? await response.json() : { text: await response.text() };
  return {
    status: response.status,
    type,
    headers: response.headers,
    body: trusted<Record<string, unknown>>(read),
  };
}
