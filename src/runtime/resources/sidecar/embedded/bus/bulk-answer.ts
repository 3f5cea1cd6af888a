import type { Attempt } from "./outcome.ts";

/**
 * Reads the answer to a bulk, `{"statuses":[{"entryId","status"}]}`, as the answer to one of its entries. Where the entry
 * or its status is missing Dapr retries it, so does this.
 */
export function entryAnswer(attempt: Attempt, entryId: string): Attempt {
  if (attempt.at !== "answered" || attempt.status < 200 || attempt.status > 299) return attempt;
  return { ...attempt, body: JSON.stringify({ status: entryStatus(attempt.body, entryId) }) };
}

function entryStatus(body: string, entryId: string): string {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== "object" || value === null || !("statuses" in value)) return "RETRY";
    const statuses: readonly unknown[] = Array.isArray(value.statuses) ? value.statuses : [];
    const found = statuses.find(
      (one) => typeof one === "object" && one !== null && "entryId" in one && one.entryId === entryId,
    );
    if (typeof found !== "object" || found === null || !("status" in found)) return "RETRY";
    return typeof found.status === "string" && found.status !== "" ? found.status : "RETRY";
  } catch {
    return "RETRY";
  }
}
