import type { Attempt } from "./outcome.ts";

/**
 * Reads the answer to a bulk of one as if it had been a single delivery: `{"statuses":[{"entryId","status"}]}`. Where
 * the entry or its status is missing Dapr retries it, so does this.
 */
export function singleAnswer(attempt: Attempt): Attempt {
  if (attempt.at !== "answered" || attempt.status < 200 || attempt.status > 299) return attempt;
  return { ...attempt, body: JSON.stringify({ status: entryStatus(attempt.body) }) };
}

function entryStatus(body: string): string {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== "object" || value === null || !("statuses" in value)) return "RETRY";
    const first: unknown = Array.isArray(value.statuses) ? value.statuses[0] : undefined;
    if (typeof first !== "object" || first === null || !("status" in first)) return "RETRY";
    return typeof first.status === "string" && first.status !== "" ? first.status : "RETRY";
  } catch {
    return "RETRY";
  }
}
