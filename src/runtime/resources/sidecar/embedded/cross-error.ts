import { AgentsError, reviveError } from "../../../model/errors.ts";
import type { CrossedError } from "./messages.ts";

/** An error on its way over a port. */
export function packError(error: unknown): CrossedError {
  if (error instanceof AgentsError) return { kind: "expected", error: error.toJSON() };
  if (error instanceof Error) return { kind: "bug", message: error.message, stack: error.stack ?? "" };
  return { kind: "bug", message: String(error), stack: "" };
}

/** The error again, on the other side. */
export function unpackError(crossed: CrossedError): Error {
  if (crossed.kind === "expected") return reviveError(crossed.error);
  const message = `the embedded sidecar failed: ${crossed.message}`;
  return new AgentsError("AGENTS_SIDECAR_FAILED", message, { lines: crossed.stack.split("\n").slice(1, 6) });
}
