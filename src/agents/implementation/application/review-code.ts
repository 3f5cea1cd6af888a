import { invalid } from "agents-apphost/kit";
import type { HandlerContext } from "agents-apphost/kit";
import type { ReviewCompletedPayload } from "../events.ts";
import { reviewDiff } from "../domain/review/review.ts";
import type { Review } from "../domain/review/review.ts";
import { parseUnifiedDiff } from "../domain/review/unified-diff.ts";
import { saysNothingFound } from "../domain/text.ts";
import type { Reviews, Writer } from "./ports.ts";
import { provenanceFields } from "./published.ts";
import { word } from "./wording.ts";

/** Of more files and findings a model is not told: its words are two or three sentences. */
const TOLD = 50;
const DENIED = "the model's words say that nothing was found";
const PARTLY = "Not all lines were read; the notes of the files say which.";

/** Reviews the added lines of a diff for known weaknesses. Findings come from rules; a model words the summary. */
export class ReviewCode {
  readonly #writer: Writer;
  readonly #reviews: Reviews;

  constructor(writer: Writer, reviews: Reviews) {
    this.#writer = writer;
    this.#reviews = reviews;
  }

  /** @throws Problem 422 when the text is no unified diff. */
  async run(ctx: HandlerContext, diff: string): Promise<ReviewCompletedPayload> {
    const parsed = parseUnifiedDiff(diff);
    if (!parsed.ok) {
      const message = `line ${parsed.line}: ${parsed.problem}`;
      throw invalid(`diff: ${message}`, [{ path: "diff", message }]);
    }
    const review = reviewDiff(parsed.files);
    const facts = {
      files: review.files.slice(0, TOLD).map((file) => file.path),
      findings: review.findings
        .slice(0, TOLD)
        .map(({ cwe, file, line, title, message }) => `${cwe} ${file}:${line} ${title}: ${message}`),
    };
    const template = summaryOf(review);
    const { text, provenance } = await word(ctx, () => this.#writer.summariseReview(ctx, facts), {
      given: [...facts.files, ...facts.findings].join("\n"),
      template,
      objection: (words) => (review.findings.length > 0 && saysNothingFound(words) ? DENIED : null),
    });
    const payload: ReviewCompletedPayload = {
      reviewId: ctx.workId,
      verdict: review.findings.length === 0 ? "no-findings" : "changes-requested",
      files: [...review.files],
      findings: [...review.findings],
      omitted: review.omitted,
      // Said by code whoever has worded the rest: nobody shall take it for a review of all lines.
      summary: review.partly ? `${text} ${PARTLY}` : text,
      ...provenanceFields(provenance),
    };
    await this.#reviews.add(ctx, payload);
    return payload;
  }
}

function summaryOf({ files, findings, omitted }: Review): string {
  const lines = files.reduce((sum, file) => sum + file.addedLines, 0);
  const scope = `${count(lines, "added line")} in ${count(files.length, "file")}`;
  if (findings.length === 0) return `No known weakness was found in ${scope}.`;
  const kinds = [...new Set(findings.map((finding) => finding.cwe))].join(", ");
  const listed = omitted === 0 ? "" : ` The ${findings.length} most severe are listed.`;
  return `${count(findings.length + omitted, "finding")} (${kinds}) in ${scope}.${listed}`;
}

function count(value: number, noun: string): string {
  return `${value} ${noun}${value === 1 ? "" : "s"}`;
}
