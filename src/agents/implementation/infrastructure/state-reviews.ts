import type { AgentKit, HandlerContext } from "agents-apphost/kit";
import { z } from "zod";
import type { ReviewedFinding, Reviews, ReviewSummary } from "../application/ports.ts";
import { reviewCompleted, reviewCompletedPayload } from "../events.ts";
import type { ReviewCompletedPayload } from "../events.ts";

type Kit = Pick<AgentKit, "state" | "transactState" | "clock">;

const INDEX = "review-index";
/** A state store cannot be searched, so the list is a document; older reviews leave it and stay readable by id. */
const LISTED = 500;
/** So many reviews are read at the same time. */
const AT_ONCE = 16;

const storedReview = reviewCompletedPayload.extend({ createdAt: z.string() });
const storedIndex: z.ZodType<{ readonly items: readonly ReviewSummary[] }> = z.object({
  items: z.array(
    z.object({
      reviewId: z.string(),
      verdict: z.enum(["no-findings", "changes-requested"]),
      findings: z.number(),
      cwes: z.array(z.string()),
      files: z.number(),
      createdAt: z.string(),
    }),
  ),
});

/** Reviews in the Dapr state store; a review, its line in the list and its event commit together. */
export class StateReviews implements Reviews {
  readonly #kit: Kit;

  constructor(kit: Kit) {
    this.#kit = kit;
  }

  add(ctx: HandlerContext, review: ReviewCompletedPayload): Promise<void> {
    const { reviewId, verdict, findings, files } = review;
    const createdAt = this.#kit.clock().toISOString();
    const cwes = [...new Set(findings.map(({ cwe }) => cwe))];
    const line = { reviewId, verdict, findings: findings.length, cwes, files: files.length, createdAt };
    return this.#kit.transactState(ctx, async (tx) => {
      // A command that is run again after a crash has done this already.
      if ((await tx.get(keyOf(reviewId), storedReview)) !== null) return;
      const index = await tx.get(INDEX, storedIndex);
      const items = [line, ...(index?.value.items ?? [])].slice(0, LISTED);
      tx.save(keyOf(reviewId), { ...review, createdAt }, { etag: "new" });
      tx.save(INDEX, { items }, { etag: index?.etag ?? "new" });
      tx.emit(reviewCompleted, review, { subject: `reviews/${reviewId}` });
    });
  }

  async get(reviewId: string): Promise<(ReviewCompletedPayload & { readonly createdAt: string }) | null> {
    return (await this.#kit.state.get(keyOf(reviewId), storedReview))?.value ?? null;
  }

  async list(): Promise<readonly ReviewSummary[]> {
    return (await this.#kit.state.get(INDEX, storedIndex))?.value.items ?? [];
  }

  async findings(cwe: string | undefined): Promise<readonly ReviewedFinding[]> {
    const listed = await this.list();
    const wanted = listed.filter(({ cwes }) => (cwe === undefined ? cwes.length > 0 : cwes.includes(cwe)));
    const found: ReviewedFinding[] = [];
    for (let at = 0; at < wanted.length; at += AT_ONCE) {
      const reviews = await Promise.all(
        wanted.slice(at, at + AT_ONCE).map(({ reviewId }) => this.get(reviewId)),
      );
      for (const review of reviews) {
        if (review === null) continue;
        const { reviewId, createdAt, findings } = review;
        for (const finding of findings)
          if (cwe === undefined || finding.cwe === cwe) found.push({ reviewId, createdAt, ...finding });
      }
    }
    return found;
  }
}

function keyOf(reviewId: string): string {
  return `review-${reviewId}`;
}
