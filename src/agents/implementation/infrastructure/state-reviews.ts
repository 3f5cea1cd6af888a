import { cutPage } from "agents-apphost/kit";
import type { AgentKit, HandlerContext, Page } from "agents-apphost/kit";
import type { FindingPageFilter, PageFilter, Reviews } from "../application/ports.ts";
import { keptReview, reviewSummary } from "../application/summaries.ts";
import type { KeptReview, ReviewedFinding, ReviewSummary } from "../application/summaries.ts";
import { fits } from "../domain/review/finding-filter.ts";
import { reviewCompleted } from "../events.ts";
import type { ReviewCompletedPayload } from "../events.ts";
import { NewestFirst } from "./newest-first.ts";

type Kit = Pick<AgentKit, "state" | "transactState" | "clock">;

/** So many reviews are read at the same time. */
const AT_ONCE = 16;

const list = new NewestFirst("review-index", reviewSummary, ({ reviewId }) => reviewId);

/** Reviews in the Dapr state store; a review, its line in the list and its event commit together. */
export class StateReviews implements Reviews {
  readonly #kit: Kit;

  constructor(kit: Kit) {
    this.#kit = kit;
  }

  add(ctx: HandlerContext, review: ReviewCompletedPayload): Promise<void> {
    const { reviewId, verdict, findings, omitted = 0, files } = review;
    const createdAt = this.#kit.clock().toISOString();
    const cwes = [...new Set(findings.map(({ cwe }) => cwe))];
    const counts = { findings: findings.length + omitted, files: files.length };
    return this.#kit.transactState(ctx, async (tx) => {
      // A command that is run again after a crash has done this already.
      if ((await tx.get(keyOf(reviewId), keptReview)) !== null) return;
      tx.save(keyOf(reviewId), { ...review, createdAt }, { etag: "new" });
      await list.put(tx, { reviewId, verdict, cwes, ...counts, createdAt });
      tx.emit(reviewCompleted, review, { subject: `reviews/${reviewId}` });
    });
  }

  async get(reviewId: string): Promise<KeptReview | null> {
    return (await this.#kit.state.get(keyOf(reviewId), keptReview))?.value ?? null;
  }

  list({ cwe, ...page }: PageFilter & { readonly cwe?: string | undefined }): Promise<Page<ReviewSummary>> {
    return list.page(this.#kit.state, page, ({ cwes }) => cwe === undefined || cwes.includes(cwe));
  }

  async findings({ limit, after, ...filter }: FindingPageFilter): Promise<Page<ReviewedFinding>> {
    const listed = await list.items(this.#kit.state);
    const from = after === undefined ? 0 : listed.findIndex(({ createdAt }) => createdAt <= after[0]);
    const { cwe } = filter;
    const wanted =
      from < 0 ? [] : listed.slice(from).filter(({ cwes }) => cwe === undefined || cwes.includes(cwe));
    const rows: { readonly item: ReviewedFinding; readonly index: number }[] = [];
    for (let at = 0; at < wanted.length && rows.length <= limit; at += AT_ONCE) {
      const reviews = await Promise.all(
        wanted.slice(at, at + AT_ONCE).map(({ reviewId }) => this.get(reviewId)),
      );
      for (const review of reviews) {
        if (review === null) continue;
        const { reviewId, createdAt, findings } = review;
        for (const [index, finding] of findings.entries())
          if (fits(finding, filter) && isBehind([createdAt, reviewId, index], after))
            rows.push({ item: { reviewId, createdAt, ...finding }, index });
      }
    }
    const page = cutPage(rows, limit, ({ item, index }) => [item.createdAt, item.reviewId, index]);
    return { ...page, items: page.items.map(({ item }) => item) };
  }
}

/** Of the newest review first; in a review from its first finding on. */
function isBehind(
  [time, id, index]: readonly [string, string, number],
  after: FindingPageFilter["after"],
): boolean {
  if (after === undefined) return true;
  if (time !== after[0]) return time < after[0];
  return id === after[1] ? index > after[2] : id < after[1];
}

function keyOf(reviewId: string): string {
  return `review-${reviewId}`;
}
