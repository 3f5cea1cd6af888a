import { connect } from "../../runtime/control/client.ts";
import { AgentsError } from "../../runtime/model/errors.ts";
import type { RunView } from "../../runtime/model/snapshot.ts";
import type { Context } from "../context.ts";
import type { Output } from "../render/output.ts";
import { runText } from "../render/run-text.ts";
import { runOf } from "./run-client.ts";

/** `agents ps`: one look at what runs. Exit 3 where nothing does. */
export async function ps(context: Context, all: boolean): Promise<void> {
  const { out } = context;
  if (all) return psAll(context);
  const run = await runOf(context).run();
  if (out.json) out.document(run);
  else for (const line of runText(run, out, new Date())) out.line(line);
}

async function psAll({ out }: Context): Promise<void> {
  const { listRuns } = await import("../../runtime/control/run-registry.ts");
  const entries = listRuns();
  const seen = await Promise.all(entries.map(async ({ root }) => viewIfUp(out, root)));
  const runs = seen.filter((run) => run !== null);
  if (runs.length === 0) {
    throw new AgentsError("AGENTS_NOT_RUNNING", "Nothing is running on this machine for this user.", {
      hint: "Start a project in its folder with: agents up",
    });
  }
  if (out.json) return out.document(runs);
  for (const [index, run] of runs.entries()) {
    if (index > 0) out.line();
    out.line(`${out.style.bold(run.project)}  ${out.style.dim(run.root)}`);
    for (const line of runText(run satisfies RunView, out, new Date())) out.line(line);
  }
}

/** Null for a run that ends, or has just ended, and for one that does not answer, which is said: the others are shown all the same. */
async function viewIfUp(out: Output, root: string): Promise<(RunView & { readonly root: string }) | null> {
  try {
    return { root, ...(await connect(root).run()) };
  } catch (error) {
    if (!(error instanceof AgentsError)) throw error;
    if (error.code !== "AGENTS_NOT_RUNNING") out.note(`${root}: ${error.message}`);
    return null;
  }
}
