import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { findConfigFile } from "../../runtime/config/find.ts";
import { ensureStateDir, stateBroken } from "../../runtime/control/state-dir.ts";
import { AgentsError, reviveError } from "../../runtime/model/errors.ts";
import type { RunView } from "../../runtime/model/snapshot.ts";
import type { UpOptions } from "../up-options.ts";
import type { ParentMessage } from "./parent.ts";
import { DETACHED } from "./parent.ts";

/** What became of the orchestrator in the background. */
export type DetachedStart =
  | { readonly at: "ready"; readonly run: RunView; readonly said: readonly string[] }
  | { readonly at: "taken" };

/**
 * Starts the orchestrator as a process of its own session and waits until everything is ready.
 *
 * @throws AgentsError what it failed of; then nothing is left. AGENTS_INTERRUPTED after Ctrl-C.
 */
export async function startDetached(options: UpOptions): Promise<DetachedStart> {
  const file = await findConfigFile(options.context.place);
  options.context.signal.throwIfAborted();
  const log = openLog(join(ensureStateDir(join(file, "..")), "orchestrator.log"));
  const child = spawn(
    process.execPath,
    [
      ...process.execArgv,
      ...(process.argv[1] === undefined ? [] : [process.argv[1]]),
      ...argumentsFor(options, file),
    ],
    {
      cwd: options.context.place.cwd,
      detached: true,
      env: { ...process.env, [DETACHED]: "1" },
      stdio: ["ignore", log, log, "ipc"],
    },
  );
  closeSync(log);
  const { signal } = options.context;
  try {
    const message = await new Promise<ParentMessage>((resolve, reject) => {
      child.once("message", (value: ParentMessage) => resolve(value));
      child.once("error", reject);
      child.once("exit", (code, by) => reject(signal.aborted ? interrupted() : endedEarly(code, by)));
      signal.addEventListener("abort", () => child.kill("SIGINT"), { once: true });
    });
    if (message.at === "failed") throw reviveError(message.error);
    return message;
  } finally {
    if (child.connected) child.disconnect();
    child.unref();
  }
}

function openLog(path: string): number {
  try {
    return openSync(path, "a", 0o600);
  } catch (cause) {
    throw stateBroken(path, cause);
  }
}

/** The same command line, in the foreground of nobody. */
function argumentsFor(
  { agents, waitTimeoutMs, watch, isolated, llm, mode }: UpOptions,
  file: string,
): readonly string[] {
  return [
    "up",
    ...agents,
    "--ui",
    "none",
    "--config",
    file,
    "--wait-timeout",
    String(waitTimeoutMs / 1000),
    ...(watch ? [] : ["--no-watch"]),
    ...(isolated ? ["--isolated"] : []),
    ...(mode === null ? [] : ["--mode", mode]),
    ...(llm === null ? [] : ["--llm", llm]),
  ];
}

function interrupted(): AgentsError {
  return new AgentsError("AGENTS_INTERRUPTED", "Interrupted; everything that was started is stopped.");
}

function endedEarly(code: number | null, by: string | null): AgentsError {
  if (code === 0) {
    return new AgentsError("AGENTS_NOT_READY", "It was stopped before everything was ready.", {
      hint: "Somebody ran agents down, or ended it. Start again with: agents up -d",
    });
  }
  return new AgentsError(
    "AGENTS_INTERNAL",
    `The orchestrator ended before it was ready (${by ?? `exit ${code}`}).`,
    {
      hint: "Its output is in .agents/orchestrator.log; agents up without -d shows it directly.",
    },
  );
}
