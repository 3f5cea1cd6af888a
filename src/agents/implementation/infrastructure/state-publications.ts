import type { AgentKit, HandlerContext } from "agents-apphost/kit";
import type { Publications } from "../application/ports.ts";
import { refactoringSuggested } from "../events.ts";
import type { RefactoringSuggestedPayload } from "../events.ts";

/** Publishes through the outbox in the state store, so that a suggestion that was answered is not lost on its way. */
export class StatePublications implements Publications {
  readonly #kit: Pick<AgentKit, "transactState">;

  constructor(kit: Pick<AgentKit, "transactState">) {
    this.#kit = kit;
  }

  refactoringSuggested(ctx: HandlerContext, payload: RefactoringSuggestedPayload): Promise<void> {
    return this.#kit.transactState(ctx, (tx) => {
      tx.emit(refactoringSuggested, payload, { subject: `refactorings/${payload.suggestionId}` });
      return Promise.resolve();
    });
  }
}
