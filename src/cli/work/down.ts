import { connectWhenUp, wake } from "../../runtime/control/client.ts";
import type { ResourceView } from "../../runtime/model/snapshot.ts";
import type { Context } from "../context.ts";
import { runningAgents } from "../render/run-text.ts";
import { counted, duration } from "../render/units.ts";
import { projectOf } from "./run-client.ts";

export interface DownOptions {
  readonly volumes: boolean;
  readonly all: boolean;
}

/** What a stop touched. */
interface Stopped {
  readonly root: string;
  readonly resources: readonly ResourceView[];
  readonly removed: readonly string[];
}

/** `agents down`: with nothing running it has nothing to do, and that is fine. */
export async function down(context: Context, options: DownOptions): Promise<void> {
  const roots = options.all ? await allRoots() : [projectOf(context).root];
  const stopped = await Promise.all(roots.map((root) => stop(context, root, options)));
  const { out } = context;
  if (!out.json) {
    if (stopped.length === 0) out.line("nothing is running on this machine for this user");
    return;
  }
  if (options.all) out.document(stopped);
  else
    out.document({
      resources: stopped[0]?.resources ?? [],
      ...(options.volumes ? { removed: stopped[0]?.removed ?? [] } : {}),
    });
}

async function allRoots(): Promise<readonly string[]> {
  const { listRuns } = await import("../../runtime/control/run-registry.ts");
  return listRuns().map(({ root }) => root);
}

async function stop(context: Context, root: string, { volumes, all }: DownOptions): Promise<Stopped> {
  const { out, signal } = context;
  wake(root);
  // Also the run that is only just starting, and has not written where it is reached.
  const client = await connectWhenUp(root, signal);
  const running = client === null ? [] : runningAgents((await client.run(signal)).resources);
  const startedAt = performance.now();
  const resources = client === null ? [] : await client.down(signal);
  await client?.gone(signal);
  const where = all ? `${root}: ` : "";
  // Killed together with its watchdog, a run leaves children that nobody owns any more.
  const orphans = client === null ? await sweepOrphans(root) : 0;
  if (orphans > 0)
    out.line(`${where}ended ${counted(orphans, "process", "processes")} that a killed run had left`);
  else if (client === null) out.line(`${where}nothing is running`);
  else
    out.line(
      `${where}stopped ${counted(running.length, "agent")} in ${duration(performance.now() - startedAt)}`,
    );
  const removed = volumes ? await remove(context, root) : [];
  return { root, resources, removed };
}

async function sweepOrphans(root: string): Promise<number> {
  const { sweepLastRun } = await import("../../runtime/session/sweep-last-run.ts");
  return await sweepLastRun(root);
}

async function remove({ out }: Context, root: string): Promise<readonly string[]> {
  const { removeState } = await import("./remove-state.ts");
  const removed = removeState(root);
  if (removed.length === 0) out.line("no state to remove");
  else out.line(`removed ${removed.map(({ text }) => text).join(", ")}`);
  return removed.map(({ path }) => path);
}
