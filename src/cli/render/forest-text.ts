import type { EventView, FlowNode } from "../../runtime/journal/journal-view.ts";
import { flowLines } from "./flow-text.ts";
import type { Output } from "./output.ts";
import { clock, shortId } from "./units.ts";

/** An event with all that it caused. */
interface Tree extends FlowNode {
  readonly event: EventView;
  readonly caused: readonly Tree[];
}

/** The events of a flow as what they caused: those that nothing of the flow caused stand at the left, with their time. */
export function forestLines(
  events: readonly EventView[],
  { style }: Pick<Output, "style">,
  now: Date,
): readonly string[] {
  return forest(events).flatMap((root) => [
    `${style.dim(clock(root.event.time, now))}  ${style.bold(root.eventType)}  ${style.dim(shortId(root.id))}`,
    ...flowLines(root, style),
  ]);
}

function forest(events: readonly EventView[]): readonly Tree[] {
  const known = new Set(events.map(({ id }) => id));
  const below = Map.groupBy(events, ({ causationId }) => causationId);
  const grown = new Set<string>();
  // An id that comes twice, and a circle of causes, are somebody's mistake: each event is shown once.
  const grow = (event: EventView): readonly Tree[] => {
    if (grown.has(event.id)) return [];
    grown.add(event.id);
    const caused = (below.get(event.id) ?? []).flatMap(grow);
    const { id, eventType, deliveries } = event;
    return [{ id, eventType, deliveries, caused, event }];
  };
  const isRoot = ({ causationId }: EventView): boolean => causationId === null || !known.has(causationId);
  const roots = events.filter(isRoot).flatMap(grow);
  return [...roots, ...events.flatMap(grow)];
}
