import { AgentsError } from "../../../../model/errors.ts";

/** Why the runtime cannot publish to a pub/sub. `there`: those that it can. */
export function noBroker(pubsub: string, there: readonly string[] | "in-memory"): AgentsError {
  if (there === "in-memory") {
    return new AgentsError("AGENTS_PUBLISH_FAILED", `${pubsub} is in memory: each agent has its own.`, {
      found: "pubsub.in-memory",
      expected: "a pub/sub that agents share",
      hint: "Publish through the agent's own sidecar, or give the component another type.",
    });
  }
  return new AgentsError("AGENTS_PUBLISH_FAILED", `There is no pubsub component ${pubsub}.`, {
    found: pubsub,
    expected: there.join(", ") || "a pubsub component in the config",
    hint: "Events of the CLI go to agents-pubsub: name a pubsub component so in the config, under components.",
  });
}
