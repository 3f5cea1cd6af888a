import { connectWhenUp, wake } from "../../runtime/control/client.ts";
import type { ResourceView } from "../../runtime/model/snapshot.ts";
import { removeFromDocker } from "../../runtime/session/left-containers.ts";
import type { Context } from "../context.ts";
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
  const startedAt = performance.now();
  const resources = client === null ? [] : await client.down(signal);
  const agents = resources.filter(({ kind }) => kind === "agent");
  await client?.gone(signal);
  const where = all ? `${root}: ` : "";
  // Killed together with its watchdog, a run leaves children and containers that nobody owns any more.
  const orphans = client === null ? await sweepOrphans(root) : 0;
  const left = await removeFromDocker(root, { volumes });
  const lines = [
    ...(orphans > 0 ? [`ended ${counted(orphans, "process", "processes")} that a killed run had left`] : []),
    ...(left.containers.length > 0
      ? [`removed ${counted(left.containers.length, "container")} that an earlier run had left`]
      : []),
  ];
  if (client !== null)
    lines.unshift(`stopped ${counted(agents.length, "agent")} in ${duration(performance.now() - startedAt)}`);
  else if (lines.length === 0) lines.push("nothing is running");
  for (const line of lines) out.line(`${where}${line}`);
  const removed = volumes ? await remove(context, root, left.volumes) : [];
  return { root, resources, removed };
}

async function sweepOrphans(root: string): Promise<number> {
  const { sweepLastRun } = await import("../../runtime/session/sweep-last-run.ts");
  return await sweepLastRun(root);
}

async function remove(
  { out }: Context,
  root: string,
  volumes: readonly string[],
): Promise<readonly string[]> {
  const { removeState } = await import("./remove-state.ts");
  const removed = removeState(root);
  const texts = [...volumes.map((name) => `volume ${name}`), ...removed.map(({ text }) => text)];
  if (texts.length === 0) out.line("no state to remove");
  else out.line(`removed ${texts.join(", ")}`);
  return [...volumes, ...removed.map(({ path }) => path)];
}
