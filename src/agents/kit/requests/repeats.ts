import { keyReused } from "./idempotency-key.ts";
import { isAnswered } from "./requests.ts";
import type { Answer, KnownRequest, Requests } from "./requests.ts";
import type { KeyedRequest } from "./idempotency-key.ts";

/** How a command with a key was answered. */
export interface Answered extends Answer {
  /** True when the answer is that of an earlier request. */
  readonly repeated: boolean;
}

/** What running a command has led to. */
export interface Ran extends Answer {
  readonly known: Pick<KnownRequest, "correlationId" | "progress">;
}

/**
 * Answers a command once for each idempotency key. Who repeats it gets the same answer and nothing is done; who repeats it
 * while it is being handled waits for that answer; of two replicas that handle it at the same moment, both give the answer
 * of who was done first. A failure is not kept: the command may be tried again with its key. One
 * whose process has died after it has committed something is run again, knowing what was committed.
 */
export class Repeats {
  readonly #requests: Requests;
  readonly #running = new Map<string, Promise<unknown>>();

  constructor(requests: Requests) {
    this.#requests = requests;
  }

  /** @throws Problem 422 when the key stands for another request. */
  async once(request: KeyedRequest, run: (known: KnownRequest | null) => Promise<Ran>): Promise<Answered> {
    for (;;) {
      const before = this.#running.get(request.id);
      if (before === undefined) break;
      await before.catch(() => undefined);
    }
    const turn = this.#answer(request, run);
    this.#running.set(request.id, turn);
    try {
      return await turn;
    } finally {
      this.#running.delete(request.id);
    }
  }

  async #answer(
    { id, fingerprint }: KeyedRequest,
    run: (known: KnownRequest | null) => Promise<Ran>,
  ): Promise<Answered> {
    const known = await this.#requests.find(id);
    if (known !== null && known.fingerprint !== fingerprint) throw keyReused();
    if (isAnswered(known)) return { ...known.answer, repeated: true };
    let ran: Ran;
    try {
      ran = await run(known);
    } catch (error) {
      // It may have failed on what another replica has done with the same command.
      const meanwhile = await this.#requests.find(id).catch(() => null);
      if (!isAnswered(meanwhile) || meanwhile.fingerprint !== fingerprint) throw error;
      return { ...meanwhile.answer, repeated: true };
    }
    const { correlationId, progress } = ran.known;
    const answer: Answer = { body: ran.body, etag: ran.etag };
    const kept = await this.#requests.conclude(id, { fingerprint, correlationId, progress, answer });
    return { ...kept.answer, repeated: kept.answer !== answer };
  }
}
