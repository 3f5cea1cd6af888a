import { createRequire } from "node:module";
import { dirname } from "node:path";
import { types } from "node:util";
import { Script } from "node:vm";
import { isMainThread } from "node:worker_threads";
import { AgentsError } from "../model/errors.ts";
import { placeInStack, unreadableConfig } from "./source-error.ts";

/** A config that has not told what it is by then waits for something that does not come. */
export const TIME_LIMIT_MS = 10_000;

/** `waits`: it has an `await` at its top level, so that it cannot be run in one go. */
export type Ran = { readonly at: "ran"; readonly module: unknown } | { readonly at: "waits" };

/**
 * Runs the module of a config in one go. A loop without end is ended after the time limit, and by Ctrl-C at once: V8
 * itself stops a script that runs too long, which costs nothing, where a thread or a process of our own costs tens of ms.
 *
 * @throws AgentsError AGENTS_CONFIG_UNREADABLE when it takes too long; AGENTS_INTERRUPTED. Else whatever it throws.
 */
export function runModule(file: string): Ran {
  const call = Symbol.for("agents.runConfig");
  const require = createRequire(import.meta.url);
  Reflect.set(globalThis, call, () => {
    const loaded: unknown = require(file);
    return loaded;
  });
  try {
    const script = new Script(`globalThis[Symbol.for("agents.runConfig")]()`);
    const loaded: unknown = script.runInThisContext({
      timeout: TIME_LIMIT_MS,
      // Of a worker it would take the signal away from the run.
      breakOnSigint: isMainThread,
      displayErrors: false,
    });
    return { at: "ran", module: types.isModuleNamespaceObject(loaded) ? loaded : { default: loaded } };
  } catch (error) {
    switch (codeOf(error)) {
      case "ERR_REQUIRE_ASYNC_MODULE":
        return { at: "waits" };
      case "ERR_SCRIPT_EXECUTION_TIMEOUT":
        throw neverDone(file);
      case "ERR_SCRIPT_EXECUTION_INTERRUPTED":
        throw new AgentsError("AGENTS_INTERRUPTED", "");
      default:
        throw error;
    }
  } finally {
    Reflect.deleteProperty(globalThis, call);
  }
}

/** Reported for a config that runs or waits for ever, here and by the loader that runs it in a worker. */
export function neverDone(file: string): AgentsError {
  const reason = `it is still running after ${TIME_LIMIT_MS / 1000} s.`;
  return unreadableConfig({
    file,
    root: dirname(file),
    reason,
    hint: "A config is plain data: it waits for nothing and computes little.",
  });
}

/** Reported for a config that calls process.exit. */
export function endsProcess(file: string, stack = ""): AgentsError {
  const place = placeInStack(stack);
  return unreadableConfig({
    file,
    root: dirname(file),
    reason: "it ends the process (process.exit).",
    hint: "A config only describes: leave the process alone. To refuse something, throw an Error that says what.",
    ...(place === undefined ? {} : { place }),
  });
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
