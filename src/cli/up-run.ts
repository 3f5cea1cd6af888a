import { findConfigFile } from "../runtime/config/find.ts";
import { dirname } from "node:path";
import type { RunClient } from "../runtime/control/run-client.ts";
import { connectWhenUp } from "../runtime/control/client.ts";
import { AgentsError } from "../runtime/model/errors.ts";
import type { WarmUp } from "../runtime/warm-up.ts";
import type { RunView } from "../runtime/model/snapshot.ts";
import { runningAgents, runText } from "./render/run-text.ts";
import type { UpOptions } from "./up-options.ts";
import { attach, startMissing } from "./up/attach.ts";
import { startDetached } from "./up/detach.ts";
import { findParent } from "./up/parent.ts";
import { assertRuns } from "./work/outcome.ts";

/**
 * `agents up`: starts a run, or attaches to the one that is up in this folder. Gives the exit code. `warm` is null where
 * another process is to run it all.
 */
export async function runUp(options: UpOptions, warm: WarmUp | null): Promise<number> {
  const parent = findParent();
  if (parent !== null) return await asOrchestrator(options, parent, warm);
  const file = await findConfigFile(options.context.place);
  const root = dirname(file);
  for (;;) {
    const up = await connectWhenUp(root, options.context.signal);
    if (up !== null) {
      if (await isEnding(up, options)) continue; // start anew
      await warm?.[Symbol.asyncDispose](); // it has all of that
      const code = await join(up, options);
      if (code !== null) return code;
      continue; // it was just ending: start anew
    }
    if (options.detach) {
      const started = await startDetached(options);
      if (started.at === "ready") {
        for (const text of started.said) options.context.out.note(text);
        return show(started.run, options);
      }
      continue; // somebody else's run came first: look again
    }
    const { runForeground } = await import("./up/foreground.ts");
    const end = await runForeground(file, options, null, warm);
    if (end.at === "ended") return end.code;
  }
}

/** Whether it was just being stopped; then it is gone when this answers. */
async function isEnding(run: RunClient, { context: { out, signal } }: UpOptions): Promise<boolean> {
  const view = await viewOf(run, signal);
  if (view !== null && view.state !== "stopping") return false;
  if (view !== null)
    out.note(`${view.project} (pid ${view.pid}) is stopping: starts again once it has ended.`);
  await run.gone(signal);
  return true;
}

async function viewOf(run: RunClient, signal: AbortSignal): Promise<RunView | null> {
  try {
    return await run.run(signal);
  } catch (error) {
    if (error instanceof AgentsError && error.code === "AGENTS_NOT_RUNNING") return null;
    throw error;
  }
}

/** Attaches to a run; null when that ended before we were there. */
async function join(run: RunClient, options: UpOptions): Promise<number | null> {
  try {
    return options.detach ? await showWhenReady(run, options) : await attach(run, options);
  } catch (error) {
    if (error instanceof AgentsError && error.code === "AGENTS_NOT_RUNNING") return null;
    throw error;
  }
}

/** In the background: failures go to the `agents up -d` that waits. */
async function asOrchestrator(
  options: UpOptions,
  parent: NonNullable<ReturnType<typeof findParent>>,
  warm: WarmUp | null,
): Promise<number> {
  try {
    const { runForeground } = await import("./up/foreground.ts");
    const end = await runForeground(await findConfigFile(options.context.place), options, parent, warm);
    if (end.at === "ended") return end.code;
    await parent.tell({ at: "taken" });
    return 0;
  } catch (error) {
    if (error instanceof AgentsError) await parent.tell({ at: "failed", error: error.toJSON() });
    throw error;
  }
}

async function showWhenReady(client: RunClient, options: UpOptions): Promise<number> {
  const { signal } = options.context;
  await assertRuns(client, options.agents, await startMissing(client, await client.run(signal), options));
  const limit = AbortSignal.any([signal, AbortSignal.timeout(options.waitTimeoutMs)]);
  for await (const message of client.feed(limit)) {
    const state =
      message.type === "snapshot" ? message.run.state : message.type === "run" ? message.state : null;
    if (state === "ready" || state === "degraded") break;
  }
  const run = await client.run(signal);
  if (run.state === "ready") return show(run, options);
  throw new AgentsError("AGENTS_NOT_READY", `${run.project} is ${run.state}.`, {
    found: run.state,
    expected: "ready",
    hint: "See what is missing with: agents ps",
  });
}

function show(run: RunView, { context: { out } }: UpOptions): number {
  if (out.json) {
    out.document(run);
    return 0;
  }
  for (const line of runText(run, out, new Date())) out.line(line);
  const agents = runningAgents(run.resources).length;
  const took = (Date.parse(run.readyAt ?? run.startedAt) - Date.parse(run.startedAt)) / 1000;
  out.line();
  out.line(
    `${out.style.good(`ready in ${took.toFixed(1)} s`)} · ${agents} ${agents === 1 ? "agent" : "agents"} · see: agents events -f · stop: agents down`,
  );
  return 0;
}
