import type { Assessment } from "./assess.ts";
import type { Priority } from "./policy.ts";
import type { Sla } from "./sla.ts";

/** What happened to one ticket, oldest first: the only thing that is stored of it. */
export type TicketEvent =
  | { readonly type: "submitted"; readonly data: Submitted }
  | { readonly type: "triaged"; readonly data: Triaged }
  | { readonly type: "solution-suggested"; readonly data: SolutionSuggested }
  | { readonly type: "escalated"; readonly data: Escalated }
  | { readonly type: "priority-overridden"; readonly data: PriorityOverridden }
  | { readonly type: "resolved"; readonly data: Resolved };

/** What somebody wrote, and where it came from: a request, or an event. */
export type Submitted = {
  readonly title: string;
  readonly body: string;
  readonly affectedUsers: number | null;
  readonly requester: string | null;
  readonly source: { readonly kind: "request" | "event"; readonly id: string };
  readonly submittedAt: string;
};

export type Triaged = {
  readonly assessment: Assessment;
  readonly priority: Priority;
  readonly policy: string;
  readonly sla: Sla;
  readonly generatedBy: "live" | "cassette" | "sample" | null;
  readonly promptRef: string | null;
};

export type SuggestedArticle = { readonly articleId: string; readonly title: string; readonly score: number };

export type SolutionSuggested = {
  readonly articles: readonly SuggestedArticle[];
  readonly text: string;
  readonly by: "model" | "template";
  readonly reason: string | null;
  readonly generatedBy: "live" | "cassette" | "sample" | null;
  readonly promptRef: string | null;
  readonly suggestedAt: string;
};

export type Escalated = {
  readonly team: string;
  readonly reason: string;
  /** Name of the rule of the policy; null when a person did it. */
  readonly rule: string | null;
};

export type PriorityOverridden = {
  readonly priority: Priority;
  readonly previous: Priority;
  readonly sla: Sla;
  readonly reason: string;
};

export type Resolved = { readonly resolution: string; readonly resolvedAt: string };
