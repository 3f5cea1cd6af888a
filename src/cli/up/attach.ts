import type { RunClient } from "../../runtime/control/run-client.ts";
import { AgentsError } from "../../runtime/model/errors.ts";
import { reduceRun } from "../../runtime/model/reducer.ts";
import type { ResourceView, RunView } from "../../runtime/model/snapshot.ts";
import type { UpOptions } from "../up-options.ts";
import { actInTime } from "../work/outcome.ts";
import { assertNames } from "../work/run-client.ts";
import { createView } from "./create-view.ts";

/**
 * Shows a run that is up already, from another process; Ctrl-C only looks away. Resolves when the run ends or we do, with the
 * exit code: not 0 where the run was killed.
 */
export async function attach(client: RunClient, options: UpOptions): Promise<number> {
  const { out, signal } = options.context;
  const before = await client.run(signal);
  assertAgents(options.agents, before);
  out.note(
    `${before.project} is already running (pid ${before.pid}): attached to it. Ctrl-C detaches from it, agents down stops it.`,
  );
  await startMissing(client, before, options);
  using view = createView(options, null, "agents down");
  let run: RunView = before;
  let begun = false;
  let wasReady = false;
  void followLogs();
  try {
    for await (const message of client.feed(signal)) {
      if (message.type === "snapshot") {
        run = message.run;
        if (!begun) view.begin(run);
        begun = true;
      } else {
        run = reduceRun(run, message);
        view.event(message, run);
      }
      if (run.state !== "ready" || wasReady) continue;
      wasReady = true;
      view.ready(run, Date.parse(run.readyAt ?? run.startedAt) - Date.parse(run.startedAt));
    }
  } catch (error) {
    const isGone = error instanceof AgentsError && error.code === "AGENTS_NOT_RUNNING";
    if (!isGone || !begun) throw error;
    // Who only looks on does not become the owner of a new run, which Ctrl-C would stop.
    out.note(`${run.project} (pid ${run.pid}) is gone: it was killed. Start it again with: agents up`);
    return 1;
  }
  if (!signal.aborted) out.line("  the run has ended");
  return 0;

  async function followLogs(): Promise<void> {
    try {
      for await (const line of client.logs({ resources: [], last: 0 }, { follow: true, signal }))
        view.log(line);
    } catch {
      // the run ended: the feed says so
    }
  }
}

/**
 * `agents up name` in a project that runs starts what is named and does not run. Answers with what it touched.
 *
 * @throws AgentsError AGENTS_NAME_UNKNOWN with what was probably meant; AGENTS_NOT_READY when it takes longer than `--wait-timeout`.
 */
export async function startMissing(
  client: RunClient,
  run: RunView,
  { agents, context, waitTimeoutMs }: UpOptions,
): Promise<readonly ResourceView[]> {
  assertAgents(agents, run);
  const missing = agents.filter((name) => {
    const state = run.resources.find((resource) => resource.name === name)?.state;
    return state === undefined || state === "stopped" || state === "failed";
  });
  if (missing.length === 0) return [];
  return actInTime(client, "start", missing, { signal: context.signal, timeoutMs: waitTimeoutMs });
}

function assertAgents(names: readonly string[], { resources }: RunView): void {
  assertNames(
    names,
    resources.filter(({ kind }) => kind === "agent").map(({ name }) => name),
  );
}
