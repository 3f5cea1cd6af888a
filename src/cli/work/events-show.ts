import type { Context } from "../context.ts";
import { flowLines } from "../render/flow-text.ts";
import { eventSource } from "./event-source.ts";
import { findEvent } from "./find-event.ts";

/** `agents events show`: everything that is known of one event. */
export async function showEvent(context: Context, id: string): Promise<void> {
  const { out } = context;
  const source = await eventSource(context);
  const event = await findEvent(source, id);
  const flow = await source.flow(event.id);
  const traceId = flow?.traceId ?? null;
  if (out.json)
    return out.document({ ...event, traceId, caused: flow?.caused ?? [], settled: flow?.settled ?? null });
  const { bold, dim } = out.style;
  const facts = [
    ["id", event.id],
    ["time", event.time],
    ["topic", event.topic],
    ["source", event.source],
    ["subject", event.subject],
    ["correlation", event.correlationId],
    ["causation", event.causationId],
    ["trace", traceId],
  ] as const;
  out.line(bold(event.eventType));
  for (const [name, value] of facts) if (value !== null) out.line(`  ${dim(name.padEnd(11))}  ${value}`);
  if (flow !== null) for (const line of flowLines(flow, out.style)) out.line(line);
  out.line(JSON.stringify(event.data, null, 2));
}
