import type { ParsedSubscription } from "../../embedded/bus/parse-subscriptions.ts";
import { Gate } from "../gate/gate.ts";
import type { DeliveryRecord } from "../gate/delivery-record.ts";
import type { DaprdEvent, GateSettings } from "./daprd-calls.ts";

/** What the gates of a run share. */
export interface GatesOptions {
  readonly appToken: string | null;
  readonly onRecord: (record: DeliveryRecord) => void | Promise<void>;
  /** daprd asks what an app listens to; it is answered once this resolves. */
  readonly onSubscribed: (agent: string, subscriptions: readonly ParsedSubscription[]) => Promise<void>;
  readonly tell: (event: DaprdEvent) => void;
}

/** The gates of a run, one for each agent whose sidecar is a daprd. */
export class Gates implements AsyncDisposable {
  readonly #options: GatesOptions;
  readonly #gates = new Map<string, Gate>();
  /** Apps that listen, whether or not they have a gate now. */
  readonly #ready = new Set<string>();

  constructor(options: GatesOptions) {
    this.#options = options;
  }

  get(agent: string): Gate | undefined {
    return this.#gates.get(agent);
  }

  /** Makes the gate of an agent, in the place of the one that it has. */
  async open({ agent, port, appPort, maxAttempts, declared }: GateSettings): Promise<void> {
    await this.close(agent);
    const { appToken, onRecord, onSubscribed, tell } = this.#options;
    const gate = new Gate({
      agent,
      port,
      appPort,
      maxAttempts,
      declared,
      appToken,
      onRecord,
      onSubscribed: async (subscriptions) => {
        await onSubscribed(agent, subscriptions);
        tell({ type: "daprd-subscribed", appId: agent });
      },
      onSubscriptionsChanged: () => tell({ type: "subscriptions-changed", appId: agent }),
      onAway: () => tell({ type: "app-away", appId: agent }),
      onHere: () => tell({ type: "app-here", appId: agent }),
      onFailed: ({ message }) => tell({ type: "gate-failed", appId: agent, message }),
    });
    this.#gates.set(agent, gate);
    if (this.#ready.has(agent)) gate.appReady();
  }

  appReady(agent: string): void {
    this.#ready.add(agent);
    this.#gates.get(agent)?.appReady();
  }

  async appGone(agent: string, graceMs: number): Promise<void> {
    this.#ready.delete(agent);
    await this.#gates.get(agent)?.appGone(graceMs);
  }

  async close(agent: string): Promise<void> {
    const gate = this.#gates.get(agent);
    this.#gates.delete(agent);
    await gate?.[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#gates.keys()].map(async (agent) => await this.close(agent)));
  }
}
