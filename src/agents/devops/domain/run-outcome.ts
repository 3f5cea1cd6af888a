/** What a run of a workflow came to, in the words that people use. */
export type RunOutcome = "running" | "waiting" | "succeeded" | "failed" | "ended";

/** By the `status` and `conclusion` of GitHub's API; a word that is new there counts as ended, not as failed. */
export function outcomeOf(status: string | null, conclusion: string | null): RunOutcome {
  if (status === "waiting" || status === "action_required" || conclusion === "action_required")
    return "waiting";
  if (conclusion === null) return status === "completed" ? "ended" : "running";
  if (conclusion === "success") return "succeeded";
  return conclusion === "failure" || conclusion === "timed_out" || conclusion === "startup_failure"
    ? "failed"
    : "ended";
}
