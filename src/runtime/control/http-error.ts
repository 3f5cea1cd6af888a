import type { SerialisedError } from "../model/errors.ts";
import { AgentsError } from "../model/errors.ts";

/** What an answer with an error looks like on the wire. */
export interface ErrorReply {
  readonly status: number;
  readonly error: SerialisedError;
}

/** Thrown where HTTP itself has a status for what is wrong with the request. */
export class HttpError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Any failure as a reply. The status follows the exit code; what is no expected error is a bug of ours and says so. */
export function toErrorReply(error: unknown): ErrorReply {
  if (error instanceof AgentsError) return { status: statusOf(error), error: error.toJSON() };
  if (error instanceof HttpError) {
    const code = error.status === 400 || error.status === 413 ? "AGENTS_USAGE" : "AGENTS_CONTROL_FAILED";
    return { status: error.status, error: new AgentsError(code, error.message).toJSON() };
  }
  const bug = error instanceof Error ? error : new Error(String(error));
  const lines = (bug.stack ?? bug.message).split("\n");
  return { status: 500, error: new AgentsError("AGENTS_INTERNAL", bug.message, { lines }).toJSON() };
}

function statusOf(error: AgentsError): number {
  if (error.code === "AGENTS_NAME_UNKNOWN" || error.code === "AGENTS_EVENT_UNKNOWN") return 404;
  switch (error.exitCode) {
    case 2:
      return 400;
    case 3:
      return 409;
    case 4:
      return 504;
    default:
      return 500;
  }
}
