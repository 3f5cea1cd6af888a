import { trusted } from "../process/trusted.ts";
import { ANSWER_KEPT_MS, NO_PROGRESS } from "../requests/requests.ts";
import type { KnownRequest, Progress, Requests } from "../requests/requests.ts";
import type { DaprState, StateWrite } from "./dapr-state.ts";

/** Commands with an idempotency key, in the state store. */
export class StateRequests implements Requests {
  readonly #state: DaprState;

  constructor(state: DaprState) {
    this.#state = state;
  }

  async find(id: string): Promise<KnownRequest | null> {
    const entry = (await this.#state.read([keyOf(id)])).get(keyOf(id));
    if (entry === undefined) return null;
    // Written by toWrite, the events alone by earlier versions.
    const kept = trusted<KnownRequest | (Omit<KnownRequest, "progress"> & Pick<Progress, "events">)>(
      entry.value,
    );
    return "progress" in kept ? kept : { ...kept, progress: { ...NO_PROGRESS, events: kept.events } };
  }

  async save(id: string, request: KnownRequest): Promise<void> {
    await this.#state.commit([this.toWrite(id, request)]);
  }

  /** The write of a state transaction that notes a command. */
  toWrite(id: string, request: KnownRequest): StateWrite {
    const options = { ttlInSeconds: ANSWER_KEPT_MS / 1000 };
    return { kind: "save", key: keyOf(id), value: request, options };
  }
}

function keyOf(id: string): string {
  return `kit/requests/${id}`;
}
