import type { DeliveryView, FlowNode, FlowView } from "../../runtime/journal/journal-view.ts";
import { FINAL_STATUSES } from "../../runtime/journal/journal-view.ts";
import type { Style } from "./style.ts";
import { counted, duration, ordinal, shortId } from "./units.ts";

/** What an event caused, as a tree below its own line: who handled it, and which events came of that. */
export function flowLines(node: FlowNode, style: Style, indent = ""): readonly string[] {
  const branches = branchesOf(node);
  return branches.flatMap(({ head, below }, index) => {
    const isLast = index === branches.length - 1;
    const next = indent + (isLast ? "   " : "│  ");
    return [`${indent}${isLast ? "└─" : "├─"} ${head(style)}`, ...below(style, next)];
  });
}

interface Branch {
  readonly head: (style: Style) => string;
  readonly below: (style: Style, indent: string) => readonly string[];
}

function branchesOf(node: FlowNode): readonly Branch[] {
  const handled: readonly Branch[] = node.deliveries.map((delivery) => ({
    head: (style) => deliveryText(delivery, style),
    below: (style, indent) =>
      node.caused
        .filter((event) => isFrom(event, delivery.agent))
        .flatMap((event) => eventLines(event, style, indent)),
  }));
  // An event whose type does not name an agent that handled this one: still caused by it.
  const others = node.caused.filter((event) => !node.deliveries.some(({ agent }) => isFrom(event, agent)));
  const loose: readonly Branch[] = others.map((event) => ({
    head: (style) => eventText(event, style),
    below: (style, indent) => linesBelow(event, style, indent),
  }));
  const none: readonly Branch[] =
    node.deliveries.length === 0 && node.caused.length === 0
      ? [{ head: (style) => style.dim("nobody listens to it"), below: () => [] }]
      : [];
  return [...handled, ...loose, ...none];
}

/** `agents.<agent>.…` */
const isFrom = (event: FlowNode, agent: string): boolean => event.eventType.split(".")[1] === agent;

function eventLines(event: FlowNode, style: Style, indent: string): readonly string[] {
  return [`${indent}└─ ${eventText(event, style)}`, ...linesBelow(event, style, `${indent}   `)];
}

/** That nobody listens is news of the event itself only, not of all that came of it. */
function linesBelow(event: FlowNode, style: Style, indent: string): readonly string[] {
  return event.deliveries.length === 0 && event.caused.length === 0 ? [] : flowLines(event, style, indent);
}

const eventText = (event: FlowNode, style: Style): string =>
  `${event.eventType}  ${style.dim(shortId(event.id))}`;

/** `notification  handled in 12 ms  (2nd attempt)` */
export function deliveryText(
  { agent, status, attempts, durationMs, error }: DeliveryView,
  style: Style,
): string {
  const took = durationMs === null ? "" : ` in ${duration(durationMs)}`;
  const again = attempts > 1 ? `  (${ordinal(attempts)} attempt)` : "";
  const why = error === null ? "" : `: ${error}`;
  const tag = style.tag(agent);
  switch (status) {
    case "success":
      return `${tag}  ${style.good("handled")}${took}${again}`;
    case "dropped":
      return `${tag}  ${style.busy("dropped")}${why}`;
    case "dead":
      return `${tag}  ${style.bad("dead")} after ${counted(attempts, "attempt")}${why}`;
    case "expired":
      return `${tag}  ${style.bad("expired")}${why}`;
    case "pending":
      return `${tag}  ${style.busy("waits")}`;
    case "delivering":
      return `${tag}  ${style.busy("is handling it")}${again}`;
    case "retrying":
      return `${tag}  ${style.busy("waits for another attempt")} (${counted(attempts, "attempt")} so far)${why}`;
    default:
      return status satisfies never;
  }
}

/** Totals of a flow. */
export interface FlowCount {
  readonly events: number;
  readonly handlers: number;
  readonly retries: number;
  readonly dead: number;
  readonly dropped: number;
  /** Agents whose delivery is not final. */
  readonly open: readonly string[];
}

export function countFlow(node: FlowNode): FlowCount {
  const own = node.deliveries;
  const below = node.caused.map(countFlow);
  const sum = (pick: (count: FlowCount) => number): number =>
    below.reduce((total, count) => total + pick(count), 0);
  return {
    events: 1 + sum(({ events }) => events),
    handlers: own.length + sum(({ handlers }) => handlers),
    retries:
      own.reduce((total, { attempts }) => total + Math.max(0, attempts - 1), 0) +
      sum(({ retries }) => retries),
    dead: own.filter(({ status }) => status === "dead").length + sum(({ dead }) => dead),
    dropped: own.filter(({ status }) => status === "dropped").length + sum(({ dropped }) => dropped),
    open: [
      ...new Set([
        ...own.filter(({ status }) => !FINAL_STATUSES.has(status)).map(({ agent }) => agent),
        ...below.flatMap(({ open }) => open),
      ]),
    ],
  };
}

/** `settled in 5.1 s · 3 events · 2 handlers · 1 retry · 0 dead`, and ` · 1 dropped` where there is one */
export function settledLine(flow: FlowView, ms: number): string {
  const { events, handlers, retries, dead, dropped } = countFlow(flow);
  const head = flow.settled ? `settled in ${duration(ms)}` : `not settled after ${duration(ms)}`;
  return [
    head,
    counted(events, "event"),
    counted(handlers, "handler"),
    counted(retries, "retry", "retries"),
    `${dead} dead`,
    ...(dropped > 0 ? [`${dropped} dropped`] : []),
  ].join(" · ");
}
