import type { LogFields } from "../log/logger.ts";
import type { HandlerContext } from "./context.ts";

/** What the log says of work that is done: what it has emitted, what made its texts if a model did, and how long it took. */
export function outcomeOf({ emitted, generatedBy, promptRef }: HandlerContext, began: number): LogFields {
  return {
    emitted: emitted.length,
    ...(generatedBy === null ? {} : { generatedBy, prompt: promptRef }),
    ms: Math.round(performance.now() - began),
  };
}
