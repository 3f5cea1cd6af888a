/** What is to be done about something. */
export interface Issue {
  readonly issueId: string;
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
  readonly state: "open" | "closed";
  /** Grows with every change. */
  readonly version: number;
  /** Where it is on the board outside; null while it is kept here alone. */
  readonly external: { readonly number: number; readonly url: string } | null;
  readonly cause: Cause;
}

/** What asked for an issue. */
export interface Cause {
  readonly kind: "event" | "command";
  readonly id: string;
  readonly eventType: string | null;
}

/** What may change of an issue; what is left out stays. */
export interface IssueChange {
  readonly title?: string | undefined;
  readonly body?: string | undefined;
  readonly labels?: readonly string[] | undefined;
  readonly state?: "open" | "closed" | undefined;
}

/** The issue after a change, and what of it is another; nothing when all of it was so before. */
export function changeIssue(
  issue: Issue,
  change: IssueChange,
): { readonly issue: Issue; readonly changed: readonly (keyof IssueChange)[] } {
  const after = {
    title: change.title === undefined ? issue.title : titleOf(change.title),
    body: change.body ?? issue.body,
    labels: change.labels === undefined ? issue.labels : [...new Set(change.labels)],
    state: change.state ?? issue.state,
  };
  const keys = ["title", "body", "labels", "state"] as const;
  const changed = keys.filter((key) => JSON.stringify(after[key]) !== JSON.stringify(issue[key]));
  if (changed.length === 0) return { issue, changed };
  return { issue: { ...issue, ...after, version: issue.version + 1 }, changed };
}

/** On one line, and no longer than boards take. */
export function titleOf(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= 200 ? line : `${line.slice(0, 199)}…`;
}
