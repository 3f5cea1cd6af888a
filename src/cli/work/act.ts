import type { ResourceAction } from "../../runtime/control/run-control.ts";
import type { Context } from "../context.ts";
import { runText } from "../render/run-text.ts";
import { assertNames, namesIn, runOf } from "./run-client.ts";

/** start, stop, restart: acts on resources by name and shows what it touched. */
export async function act(context: Context, action: ResourceAction, names: readonly string[]): Promise<void> {
  const { out, signal } = context;
  const client = runOf(context);
  const run = await client.run();
  assertNames(names, namesIn(run));
  const resources = await client.act(action, [...new Set(names)], signal);
  if (out.json) out.document({ resources });
  else for (const line of runText({ ...run, resources }, out, new Date())) out.line(line);
}
