import { EventEmitter, once } from "node:events";
import { createLogStore } from "../../../src/runtime/feed/log-store.ts";
import type { LogStore } from "../../../src/runtime/feed/log-store.ts";
import type { RunControl } from "../../../src/runtime/control/run-control.ts";
import type {
  EventQuery,
  EventView,
  FlowView,
  PositionedEvent,
} from "../../../src/runtime/journal/journal-view.ts";
import { AgentsError } from "../../../src/runtime/model/errors.ts";
import type { ResourceView, RunEvent, RunView } from "../../../src/runtime/model/snapshot.ts";

export const RUN: RunView = {
  project: "shop",
  state: "ready",
  pid: process.pid,
  startedAt: "2026-11-22T10:00:00.000Z",
  readyAt: "2026-11-22T10:00:01.000Z",
  dashboardUrl: null,
  resources: [],
};

export const resource = (name: string): ResourceView => ({
  name,
  kind: "agent",
  implementation: "process",
  state: "ready",
  reason: null,
  version: null,
  image: null,
  pid: 1,
  port: 1,
  url: null,
  agent: null,
  replica: null,
  llm: null,
  progress: null,
  restarts: 0,
  lastExit: null,
  startedAt: null,
  readyAt: null,
  dependsOn: [],
  waitsFor: [],
});

export const event = (id: string, changes: Partial<EventView> = {}): EventView => ({
  id,
  eventType: "shop.order.placed",
  topic: "shop.order.placed",
  source: null,
  subject: null,
  correlationId: "c1",
  causationId: null,
  time: "2026-11-22T10:00:00.000Z",
  deliveries: [],
  data: null,
  ...changes,
});

/**
 * A run without processes: what the control server needs of one, so that the server is tested by itself. Its logs are a
 * real store; it remembers what it was asked, and counts who listens.
 */
export class StandInControl implements RunControl {
  readonly logs: LogStore;
  readonly asked: unknown[] = [];
  readonly listeners = new Set<(event: RunEvent) => void>();
  readonly #changes = new EventEmitter();
  readonly #events: { change: number; positioned: PositionedEvent }[] = [];
  #change = 0;

  constructor(dir: string) {
    this.logs = createLogStore(dir);
  }

  view = (): RunView => RUN;
  look = (): Promise<RunView> => Promise.resolve(RUN);

  watch(listener: (event: RunEvent) => void): { readonly now: RunView } & Disposable {
    this.listeners.add(listener);
    return { now: RUN, [Symbol.dispose]: () => void this.listeners.delete(listener) };
  }

  tell(happened: RunEvent): void {
    for (const listener of this.listeners) listener(happened);
  }

  readLogs: RunControl["readLogs"] = (query) => this.logs.readLogs(query);
  followLogs: RunControl["followLogs"] = (query, signal) => this.logs.followLogs(query, signal);

  async act(...[action, names, signal]: Parameters<RunControl["act"]>): Promise<readonly ResourceView[]> {
    this.asked.push({ action, names });
    if (names.includes("ghost"))
      throw new AgentsError("AGENTS_NAME_UNKNOWN", "There is no ghost.", { hint: "Try host." });
    if (names.includes("broken")) throw new TypeError("a bug");
    if (names.includes("slow")) {
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      this.asked.push("aborted");
    }
    return names.map(resource);
  }

  failure(name: string): AgentsError | null {
    return name === "broken" ? new AgentsError("AGENTS_PORT_TAKEN", "broken cannot listen.") : null;
  }

  async down(): Promise<readonly ResourceView[]> {
    this.asked.push("down");
    return [resource("a")];
  }

  /** Records an event, or a change of one. */
  record(view: EventView): void {
    const known = this.#events.find(({ positioned }) => positioned.event.id === view.id);
    const position = known?.positioned.position ?? this.#events.length + 1;
    if (known !== undefined) this.#events.splice(this.#events.indexOf(known), 1);
    this.#events.push({ change: ++this.#change, positioned: { position, event: view } });
    this.#changes.emit("change");
  }

  readonly journal: RunControl["journal"] = {
    events: (query) => this.#matching(query, 0),
    flow: (id) => this.#flow(id, false),
    changesSince: (cursor, query) => ({
      cursor: this.#change,
      events: this.#matching(query, cursor),
    }),
    [Symbol.dispose]: () => {},
  };

  onJournalChange(listener: () => void): Disposable {
    this.#changes.on("change", listener);
    return { [Symbol.dispose]: () => void this.#changes.off("change", listener) };
  }

  get journalListeners(): number {
    return this.#changes.listenerCount("change");
  }

  async publish(request: Parameters<RunControl["publish"]>[0]): Promise<void> {
    this.asked.push(request);
  }

  replay: RunControl["replay"] = async (id, to) =>
    this.#flow(id, true) === null
      ? { found: false, reason: "it never was." }
      : { found: true, agents: [to ?? "all"] };

  retry: RunControl["retry"] = (id) => this.replay(id, "dead");

  /** Settles as soon as anything changes, fails when it does not in time. */
  async settle(id: string, signal: AbortSignal): Promise<FlowView> {
    await once(this.#changes, "change", { signal });
    const flow = this.#flow(id, true);
    if (flow === null) throw new Error("no such event");
    return flow;
  }

  #flow(id: string, settled: boolean): FlowView | null {
    const found = this.#events.find(({ positioned }) => positioned.event.id === id)?.positioned.event;
    if (found === undefined) return null;
    const { eventType, deliveries, correlationId } = found;
    return { id, eventType, deliveries, correlationId, settled, caused: [] };
  }

  #matching({ id, limit = 100 }: EventQuery, after: number): readonly PositionedEvent[] {
    return this.#events
      .filter(({ change, positioned }) => change > after && (id === undefined || positioned.event.id === id))
      .map(({ positioned }) => positioned)
      .slice(-limit);
  }
}
