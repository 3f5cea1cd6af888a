import type { z } from "zod";
import { ModelUnavailable, OutputInvalid } from "../model/chat-model.ts";
import { PromptNotFound } from "../prompts/prompt.ts";
import { EtagMismatch, SidecarFailure } from "../state/state-store.ts";
import { UnreadableEvent } from "../domain/event-codec.ts";
import { VersionConflict } from "../domain/event-store.ts";
import { issuesText, pathText } from "../handling/issue-text.ts";
import { PreconditionFailed } from "../handling/precondition.ts";
import { DatabaseUnavailable } from "../sql/database-unavailable.ts";
import { Stopping } from "../handling/work-in-flight.ts";
import { Problem } from "./problem.ts";
import type { ProblemIssue } from "./problem.ts";

/** A problem document as RFC 9457 describes it, with the members that this API adds. */
interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly hint?: string;
  readonly errors?: readonly ProblemIssue[];
}

/** What may be over in a moment; nothing else is helped by asking again, only by somebody who changes something. */
const PASSING: ReadonlySet<ModelUnavailable["reason"]> = new Set([
  "ollama-unreachable",
  "azure-unreachable",
  "circuit-open",
  "overloaded",
]);

/** As the provider has said it, else a few seconds. */
function retryAfter({ reason, retryAfterMs }: ModelUnavailable): Readonly<Record<string, string>> {
  if (!PASSING.has(reason)) return {};
  return { "retry-after": String(Math.max(1, Math.ceil((retryAfterMs ?? 5000) / 1000))) };
}

/** The problem that an error stands for. What is not expected becomes a 500 that tells no internals. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isZodError(error)) {
    const errors = error.issues.map((issue) => ({ path: pathText(issue.path), message: issue.message }));
    return new Problem(422, issuesText(errors, { whole: "The input", count: 1 }), {
      kind: "validation",
      title: "The input is not valid",
      errors,
      cause: error,
    });
  }
  if (error instanceof ModelUnavailable) {
    return new Problem(503, error.message, {
      kind: error.reason,
      title: "No model can answer",
      hint: error.hint,
      headers: retryAfter(error),
      cause: error,
    });
  }
  if (error instanceof OutputInvalid) {
    return new Problem(502, error.message, {
      kind: "model-output-invalid",
      title: "The model's output cannot be used",
      errors: error.issues,
      cause: error,
    });
  }
  if (error instanceof PromptNotFound) {
    return new Problem(500, error.message, {
      kind: "prompt-unusable",
      title: "A prompt cannot be used",
      hint: "Correct the file: the next call uses it, without a restart.",
      cause: error,
    });
  }
  if (error instanceof PreconditionFailed) {
    return new Problem(412, error.message, {
      kind: "precondition-failed",
      title: "Precondition failed",
      hint: "Someone else changed it: read it again and repeat the request with its present ETag.",
      cause: error,
    });
  }
  if (error instanceof VersionConflict || error instanceof EtagMismatch) {
    return new Problem(409, error.message, {
      kind: "conflict",
      title: "Conflict",
      hint: "Someone else changed it at the same time: read it again and repeat the request.",
      cause: error,
    });
  }
  if (error instanceof UnreadableEvent) {
    return new Problem(500, error.message, {
      kind: "event-unreadable",
      title: "A stored event cannot be read",
      hint: "Run the version of the agent that has written it, or a newer one. Nothing was changed.",
      cause: error,
    });
  }
  if (error instanceof SidecarFailure) {
    return new Problem(503, error.message, {
      kind: "sidecar-unavailable",
      title: "The sidecar cannot be used",
      hint: "Look at the log of the agent's sidecar.",
      cause: error,
    });
  }
  if (error instanceof DatabaseUnavailable) {
    return new Problem(503, error.message, {
      kind: "database-unavailable",
      title: "The database cannot be used",
      hint: "Look at the log of the database.",
      headers: { "retry-after": "5" },
      cause: error,
    });
  }
  if (error instanceof Stopping) {
    return new Problem(503, error.message, {
      kind: "stopping",
      title: "Stopping",
      headers: { connection: "close", "retry-after": "1" },
      cause: error,
    });
  }
  return new Problem(500, "The agent failed to handle the request; its log says more.", {
    kind: "internal",
    title: "Internal error",
    cause: error,
  });
}

function toDocument(problem: Problem, instance: string): ProblemDocument {
  const { kind, title, hint, errors } = problem.options;
  return {
    type: `urn:agents:problem:${kind}`,
    title,
    status: problem.status,
    detail: problem.message,
    instance,
    ...(hint === undefined ? {} : { hint }),
    ...(errors === undefined ? {} : { errors }),
  };
}

export function problemResponse(problem: Problem, instance: string): Response {
  return new Response(JSON.stringify(toDocument(problem, instance)), {
    status: problem.status,
    headers: { ...problem.options.headers, "content-type": "application/problem+json" },
  });
}

/** By its mark and not by its class: an agent may bring a zod of its own. */
function isZodError(error: unknown): error is z.ZodError {
  return error instanceof Error && "issues" in error && Array.isArray(error.issues) && /Zod/.test(error.name);
}
