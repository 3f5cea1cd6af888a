import type { DeliveryView, EventView } from "../../runtime/journal/journal-view.ts";
import { FINAL_STATUSES } from "../../runtime/journal/journal-view.ts";
import { deliveryText } from "./flow-text.ts";
import type { Output } from "./output.ts";
import type { Paint, Style } from "./style.ts";
import type { Cell } from "./table.ts";
import { table } from "./table.ts";
import { clock, duration, shortId } from "./units.ts";

const COLUMNS = [
  { title: "TIME" },
  { title: "EVENT" },
  { title: "ID" },
  { title: "FLOW" },
  { title: "DELIVERIES" },
] as const;

/** A list of events for people. */
export function eventTable(
  events: readonly EventView[],
  out: Pick<Output, "style" | "columns">,
  now: Date,
): readonly string[] {
  return table(
    COLUMNS,
    events.map((event) => row(event, out.style, now)),
    out.columns,
    out.style.dim,
  );
}

function row(event: EventView, style: Style, now: Date): readonly Cell[] {
  return [
    { text: clock(event.time, now), paint: style.dim },
    { text: event.eventType, paint: style.bold },
    { text: shortId(event.id) },
    { text: event.correlationId === null ? "–" : shortId(event.correlationId), paint: style.dim },
    {
      text: event.deliveries.length === 0 ? "nobody listens" : event.deliveries.map(brief).join(", "),
      paint: worst(event.deliveries, style),
    },
  ];
}

/** `notification ✓ 12 ms`, `notification ✗ dead`, `notification … waits`. */
function brief({ agent, status, durationMs, attempts }: DeliveryView): string {
  const again = attempts > 1 ? ` (${attempts} attempts)` : "";
  if (status === "success")
    return `${agent} ✓${durationMs === null ? "" : ` ${duration(durationMs)}`}${again}`;
  return `${agent} ${FINAL_STATUSES.has(status) ? "✗" : "…"} ${status}${again}`;
}

function worst(deliveries: readonly DeliveryView[], style: Style): Paint {
  if (deliveries.some(({ status }) => status === "dead" || status === "expired")) return style.bad;
  return deliveries.every(({ status }) => status === "success") ? style.good : style.busy;
}

/** For `-f`: an event when it is new, and its deliveries once they are all final. What changes in between is not shown. */
export function followRenderer({
  style,
}: Pick<Output, "style">): (event: EventView, now: Date) => readonly string[] {
  const open = new Set<string>();
  return (event, now) => {
    const isNew = !open.has(event.id);
    const isSettled = event.deliveries.every(({ status }) => FINAL_STATUSES.has(status));
    if (isSettled) open.delete(event.id);
    else open.add(event.id);
    const head = `${style.dim(clock(event.time, now))}  ${style.bold(event.eventType)}  ${shortId(event.id)}`;
    const flow = event.correlationId === null ? "" : style.dim(`  flow ${shortId(event.correlationId)}`);
    const results = event.deliveries.map((delivery) => `  └─ ${deliveryText(delivery, style)}`);
    if (isNew && !isSettled) return [`${head}${flow}`];
    if (isNew) return [`${head}${flow}`, ...results];
    return isSettled ? [`${head}${style.dim("  settled")}`, ...results] : [];
  };
}
