import { AgentsError } from "../../model/errors.ts";
import type { PullFailed } from "./pull-model.ts";

/** A model that no repetition of the request brings, or that did not come this time. */
export function modelUnavailable(resource: string, model: string, failed: PullFailed): AgentsError {
  return new AgentsError(
    "AGENTS_MODEL_UNAVAILABLE",
    `${resource} cannot have its model ${model}: ${failed.message}.`,
    {
      path: resource,
      expected: model,
      found: failed.message,
      hint: failed.isFinal
        ? "Correct the model in the config (https://ollama.com/library lists them), or start without it: agents up --llm sample"
        : "agents pull goes on from where it was.",
      cause: failed,
    },
  );
}
