import type { ResourceAction } from "../../runtime/control/run-control.ts";
import type { Context } from "../context.ts";
import { runText } from "../render/run-text.ts";
import { actInTime, assertRuns } from "./outcome.ts";
import { assertNames, namesIn, runOf } from "./run-client.ts";

/** start, stop, restart: acts on resources by name, shows what it touched, and throws where that is not what was asked. */
export async function act(
  context: Context,
  action: ResourceAction,
  names: readonly string[],
  timeoutMs: number | null,
): Promise<void> {
  const { out, signal } = context;
  const client = runOf(context);
  const run = await client.run(signal);
  assertNames(names, namesIn(run));
  const once = [...new Set(names)];
  const resources =
    timeoutMs === null
      ? await client.act(action, once, signal)
      : await actInTime(client, action, once, { signal, timeoutMs });
  if (out.json) out.document({ resources });
  else for (const line of runText({ ...run, resources }, out, new Date())) out.line(line);
  // A stop answers once all is stopped; what failed before does not run either.
  if (action !== "stop") await assertRuns(client, once, resources);
}
