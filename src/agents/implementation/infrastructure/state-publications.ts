import type { AgentKit, HandlerContext } from "agents-apphost/kit";
import { z } from "zod";
import type { Publications } from "../application/ports.ts";
import { refactoringSuggested } from "../events.ts";
import type { RefactoringSuggestedPayload } from "../events.ts";

const storedMark = z.object({ suggestionId: z.string() });

/** Publishes through the outbox in the state store, so that a suggestion that was answered is not lost on its way. */
export class StatePublications implements Publications {
  readonly #kit: Pick<AgentKit, "transactState">;

  constructor(kit: Pick<AgentKit, "transactState">) {
    this.#kit = kit;
  }

  refactoringSuggested(ctx: HandlerContext, payload: RefactoringSuggestedPayload): Promise<void> {
    const { suggestionId } = payload;
    return this.#kit.transactState(ctx, async (tx) => {
      const key = `refactoring-${suggestionId}`;
      // A command that is run again after a crash has told this already.
      if ((await tx.get(key, storedMark)) !== null) return;
      tx.save(key, { suggestionId }, { etag: "new" });
      tx.emit(refactoringSuggested, payload, { subject: `refactorings/${suggestionId}` });
    });
  }
}
