import type { Context } from "../context.ts";
import { deliveryText } from "../render/flow-text.ts";
import { clock } from "../render/units.ts";
import { ALL, eventSource } from "./event-source.ts";

/** `agents events dead`: what failed for good, and what to do about it. */
export async function listDead(context: Context): Promise<void> {
  const { out } = context;
  const source = await eventSource(context);
  let last: string | null = null;
  for await (const event of source.list({ dead: true, limit: ALL })) {
    last = event.id;
    if (out.json) {
      out.record(event);
      continue;
    }
    out.line(
      `${out.style.dim(clock(event.time, new Date()))}  ${out.style.bold(event.eventType)}  ${event.id}`,
    );
    for (const delivery of event.deliveries)
      if (delivery.status === "dead") out.line(`  └─ ${deliveryText(delivery, out.style)}`);
  }
  if (last === null) out.line("no dead deliveries");
  else out.line(`put one back in line: agents events retry ${last}`);
}
