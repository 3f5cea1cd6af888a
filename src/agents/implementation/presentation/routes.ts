import { command, notFound, on, query } from "agents-apphost/kit";
import type { CommandRoute, EventSubscription, QueryRoute } from "agents-apphost/kit";
import { specGenerated } from "../../testplanning/events.ts";
import type { GenerateCode } from "../application/generate-code.ts";
import type { Artefacts, Reviews } from "../application/ports.ts";
import { keptReview } from "../application/summaries.ts";
import type { ReviewCode } from "../application/review-code.ts";
import type { Language } from "../domain/generated-code.ts";
import { refactoringCommands, refactoringQueries } from "./refactoring-routes.ts";
import type { RefactoringUseCases } from "./refactoring-routes.ts";
import {
  artefactPage,
  artefactView,
  findingPage,
  generateInput,
  getArtefactInput,
  getReviewInput,
  listFindingsInput,
  listInput,
  listReviewsInput,
  reviewInput,
  reviewPage,
  reviewView,
  toArtefactView,
} from "./schemas.ts";

/** What the routes call. */
export interface UseCases extends RefactoringUseCases {
  readonly generateCode: GenerateCode;
  readonly reviewCode: ReviewCode;
  readonly artefacts: Artefacts;
  readonly reviews: Reviews;
  /** Used where a request or an event names no language. */
  readonly language: Language;
}

export function commandRoutes(use: UseCases): readonly CommandRoute[] {
  return [
    command({
      name: "GenerateCode",
      path: "/execute",
      description: "Generates code and its tests from a test specification.",
      input: generateInput,
      output: artefactView.omit({ generatedBy: true }),
      handler: async ({ spec, language }, ctx) =>
        toArtefactView(await use.generateCode.run(ctx, spec, language ?? use.language)),
    }),
    command({
      name: "ReviewCode",
      path: "/reviews",
      description: "Reviews the added lines of a diff for CWE-22, 78, 79, 89, 95, 327, 502 and 798.",
      input: reviewInput,
      output: reviewView.omit({ generatedBy: true }),
      handler: ({ diff }, ctx) => use.reviewCode.run(ctx, diff),
    }),
    ...refactoringCommands(use),
  ];
}

export function queryRoutes(use: UseCases): readonly QueryRoute[] {
  return [
    ...refactoringQueries(use),
    query({
      name: "ListFindings",
      path: "/findings",
      description: "Findings of the listed reviews, of the newest review first; in a file or a folder.",
      input: listFindingsInput,
      output: findingPage,
      handler: async (filter) => {
        const { items, next } = await use.reviews.findings(filter);
        return { items: [...items], next };
      },
    }),
    query({
      name: "GetReview",
      path: "/reviews/{reviewId}",
      description: "One review with its findings.",
      input: getReviewInput,
      output: keptReview,
      handler: async ({ reviewId }) => {
        const review = await use.reviews.get(reviewId);
        if (review === null) throw notFound(`There is no review ${reviewId}.`);
        return review;
      },
    }),
    query({
      name: "ListReviews",
      path: "/reviews",
      description: "Reviews, the newest first; of one kind of finding where it is named.",
      input: listReviewsInput,
      output: reviewPage,
      handler: async (filter) => {
        const { items, next } = await use.reviews.list(filter);
        return { items: [...items], next };
      },
    }),
    query({
      name: "GetArtefact",
      path: "/artefacts/{artefactId}",
      description: "One artefact: the latest version, or the one that is asked for.",
      input: getArtefactInput,
      output: artefactView,
      handler: async ({ artefactId, version }, ctx) => {
        const artefact = await use.artefacts.get(artefactId, version);
        if (artefact !== null) {
          ctx.noteVersion(artefact.version);
          return toArtefactView(artefact);
        }
        const which = version === undefined ? "" : ` in version ${version}`;
        throw notFound(`There is no artefact ${artefactId}${which}.`);
      },
    }),
    query({
      name: "ListArtefacts",
      path: "/artefacts",
      description: "The artefacts, the most recently generated first.",
      input: listInput,
      output: artefactPage,
      handler: async (filter) => {
        const { items, next } = await use.artefacts.list(filter);
        return { items: [...items], next };
      },
    }),
  ];
}

export function subscriptions(use: UseCases): readonly EventSubscription[] {
  return [
    on(specGenerated, {
      handler: async (event, ctx) => {
        await use.generateCode.run(ctx, event.data.payload, use.language);
      },
    }),
  ];
}
