import { trusted } from "../process/trusted.ts";
import { keyReused } from "../requests/idempotency-key.ts";
import { ANSWER_KEPT_MS, isAnswered } from "../requests/requests.ts";
import { NO_PROGRESS } from "../requests/progress.ts";
import type { AnsweredRequest, KnownRequest, Requests } from "../requests/requests.ts";
import type { Progress } from "../requests/progress.ts";
import type { DaprState, StateWrite } from "./dapr-state.ts";
import { EtagMismatch } from "./state-store.ts";

const ATTEMPTS = 12;

/** Commands with an idempotency key, in the state store. */
export class StateRequests implements Requests {
  readonly #state: DaprState;

  constructor(state: DaprState) {
    this.#state = state;
  }

  async find(id: string): Promise<KnownRequest | null> {
    return (await this.read(id)).found;
  }

  /** What is known of a command, with what a write must expect to find. */
  async read(id: string): Promise<{ readonly found: KnownRequest | null; readonly etag: string }> {
    const entry = (await this.#state.read([keyOf(id)])).get(keyOf(id));
    if (entry === undefined) return { found: null, etag: "new" };
    // Written by toWrite, the events alone by earlier versions.
    const kept = trusted<KnownRequest | (Omit<KnownRequest, "progress"> & Pick<Progress, "events">)>(
      entry.value,
    );
    const found = "progress" in kept ? kept : { ...kept, progress: { ...NO_PROGRESS, events: kept.events } };
    return { found, etag: entry.etag };
  }

  async conclude(id: string, request: AnsweredRequest): Promise<AnsweredRequest> {
    for (let attempt = 1; ; attempt += 1) {
      const { found, etag } = await this.read(id);
      if (found !== null && found.fingerprint !== request.fingerprint) throw keyReused();
      if (isAnswered(found)) return found;
      try {
        await this.#state.commit([this.toWrite(id, request, etag)]);
        return request;
      } catch (error) {
        if (!(error instanceof EtagMismatch) || attempt === ATTEMPTS) throw error;
      }
    }
  }

  /** The write of a state transaction that notes a command. */
  toWrite(id: string, request: KnownRequest, etag: string): StateWrite {
    const options = { etag, ttlInSeconds: ANSWER_KEPT_MS / 1000 };
    return { kind: "save", key: keyOf(id), value: request, options };
  }
}

function keyOf(id: string): string {
  return `kit/requests/${id}`;
}
