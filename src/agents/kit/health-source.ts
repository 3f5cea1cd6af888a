import type { AgentParts } from "./agent.ts";
import type { AgentStore } from "./agent-store.ts";
import type { HealthSource } from "./http/app-parts.ts";
import type { ChatModel } from "./model/chat-model.ts";
import type { PromptOrigin } from "./prompts/prompt-origin.ts";
import { warningOf } from "./prompts/prompt-origin.ts";
import type { OpenedPrompts } from "./prompts/open-prompts.ts";
import type { SidecarClient } from "./sidecar/sidecar-client.ts";

/** What is asked when somebody asks how the agent is. */
interface Asked<DB> extends Pick<HealthSource, "readiness" | "wasSeenReady"> {
  readonly model: ChatModel;
  readonly sidecar: SidecarClient;
  readonly store: AgentStore<DB>;
  readonly prompts: OpenedPrompts["prompts"];
  readonly origin: PromptOrigin;
  readonly parts: AgentParts;
}

/** The health of a running agent, gathered from its parts at each question. */
export function healthSource<DB>({
  readiness,
  wasSeenReady,
  model,
  sidecar,
  store,
  prompts,
  origin,
  parts,
}: Asked<DB>): HealthSource {
  return {
    readiness,
    wasSeenReady,
    model: () => model.describe(),
    sidecar: () => sidecar.state,
    outbox: () => store.outbox(),
    prompts: () => prompts.list(),
    promptSource: () => origin,
    note: async () => {
      const notes = [store.note(), warningOf(origin), await prompts.warning()].filter(
        (note) => note !== null,
      );
      return notes.length === 0 ? null : notes.join("; ");
    },
    database: () => store.database,
    later: async (correlationId) => {
      try {
        return await parts.later?.(correlationId);
      } catch {
        // Its database is away, most likely; health is answered all the same, and says so.
        return { pending: null, dueAt: null };
      }
    },
    own: async () => (await parts.health?.()) ?? {},
  };
}
