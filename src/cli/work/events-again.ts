import type { Context } from "../context.ts";
import { counted } from "../render/units.ts";
import { eventSource } from "./event-source.ts";
import { findEvent } from "./find-event.ts";
import { assertNames, runOf } from "./run-client.ts";

/** `agents events retry`: dead deliveries of one event get in line again. */
export async function retryEvent(context: Context, id: string): Promise<void> {
  const client = runOf(context);
  const event = await findEvent(await eventSource(context), id);
  const agents = await client.retry(event.id);
  tell(
    context,
    event.id,
    agents,
    agents.length === 0
      ? "it has no dead delivery: nothing to put back in line"
      : `in line again for ${agents.join(", ")}`,
  );
}

/** `agents events replay`: delivers a recorded event once more, to all that listen or to one. */
export async function replayEvent(context: Context, id: string, to: string | null): Promise<void> {
  const client = runOf(context);
  const run = await client.run();
  if (to !== null)
    assertNames(
      [to],
      run.resources.filter(({ kind }) => kind === "agent").map(({ name }) => name),
    );
  const event = await findEvent(await eventSource(context), id);
  const agents = await client.replay(event.id, to);
  tell(
    context,
    event.id,
    agents,
    agents.length === 0
      ? to === null
        ? "nobody listens to it: nothing was delivered"
        : `${to} does not listen to it: nothing was delivered`
      : `delivered again to ${counted(agents.length, "agent")}: ${agents.join(", ")}`,
  );
}

function tell({ out }: Context, id: string, agents: readonly string[], text: string): void {
  if (out.json) out.document({ id, agents });
  else out.line(agents.length === 0 ? text : `${text}\nsee what becomes of it: agents events show ${id}`);
}
