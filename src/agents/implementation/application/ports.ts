import type { HandlerContext, Page } from "agents-apphost/kit";
import type { Artefact, ArtefactDraft } from "../domain/artefact.ts";
import type { FileChange } from "../domain/refactor/change-set.ts";
import type { ApplyRequest, Origin, ProposalState, Refusal } from "../domain/refactor/proposal.ts";
import type { FindingFilter } from "../domain/review/finding-filter.ts";
import type { RefactoringSuggestedPayload, ReviewCompletedPayload } from "../events.ts";
import type {
  ArtefactSummary,
  KeptReview,
  RefactoringSummary,
  ReviewedFinding,
  ReviewSummary,
} from "./summaries.ts";

/** A page of a list, the newest first: `after` are the time and the id of the last one before it. */
export interface PageFilter {
  readonly limit: number;
  readonly after?: readonly [time: string, id: string] | undefined;
}

/** Port to the stored artefacts. */
export interface Artefacts {
  /**
   * Stores a draft as the next version and publishes it, in one transaction with the mark of the handled event. Two
   * writers at the same time lead to two versions; none is lost.
   */
  add(ctx: HandlerContext, draft: ArtefactDraft): Promise<Artefact>;
  /** The given version, by default the latest; null when there is none. */
  get(artefactId: string, version?: number): Promise<Artefact | null>;
  /** The most recently generated first. */
  list(page: PageFilter): Promise<Page<ArtefactSummary>>;
}

/** A model's words, with who wrote them. */
export interface Words {
  readonly text: string;
  readonly generatedBy: "live" | "cassette" | "sample";
  readonly promptRef: string;
}

/** Port to whoever words what people read. All methods throw when no model answers. */
export interface Writer {
  /** What the code does, for the comment at its head. */
  summariseCode(
    ctx: HandlerContext,
    facts: { readonly requirement: string; readonly rules: readonly string[] },
  ): Promise<Words>;
  /** What a review found. */
  summariseReview(
    ctx: HandlerContext,
    facts: { readonly files: readonly string[]; readonly findings: readonly string[] },
  ): Promise<Words>;
  /** Why a refactoring is an improvement. */
  explainRefactoring(
    ctx: HandlerContext,
    facts: { readonly file: string; readonly changes: readonly string[]; readonly goal?: string },
  ): Promise<Words>;
}

/** Port to the stored reviews. */
export interface Reviews {
  /** Stores a review and publishes it, in one transaction. */
  add(ctx: HandlerContext, review: ReviewCompletedPayload): Promise<void>;
  get(reviewId: string): Promise<KeptReview | null>;
  /** The newest first; those with a finding of one kind where it is named. */
  list(filter: PageFilter & { readonly cwe?: string | undefined }): Promise<Page<ReviewSummary>>;
  /** Those of the listed reviews, of the newest review first. */
  findings(filter: FindingPageFilter): Promise<Page<ReviewedFinding>>;
}

/** A proposal as it is kept, with what became of it. */
export interface StoredRefactoring {
  readonly suggestion: RefactoringSuggestedPayload;
  readonly changes: readonly FileChange[];
  readonly origin: Origin;
  readonly state: ProposalState;
  readonly createdAt: string;
}

/** Port to the stored refactorings. */
export interface Refactorings {
  /** Stores a proposal and publishes it, in one transaction. */
  add(
    ctx: HandlerContext,
    suggestion: RefactoringSuggestedPayload,
    changes: readonly FileChange[],
    origin: Origin,
  ): Promise<void>;
  get(refactoringId: string): Promise<StoredRefactoring | null>;
  /** The most recently proposed first. */
  list(
    filter: PageFilter & { readonly state?: RefactoringSummary["state"] | undefined },
  ): Promise<Page<RefactoringSummary>>;
  /**
   * Applies a proposal where that is allowed. Of an artefact it makes the next version and publishes it, in one transaction
   * with the proposal's new state. Null when there is no such proposal.
   */
  apply(
    ctx: HandlerContext,
    refactoringId: string,
    request: ApplyRequest,
  ): Promise<StoredRefactoring | Refusal | null>;
}

/** Which findings: `after` are time and id of the review, and the finding's number in it, of the last one before. */
export interface FindingPageFilter extends FindingFilter {
  readonly limit: number;
  readonly after?: readonly [time: string, reviewId: string, index: number] | undefined;
}
