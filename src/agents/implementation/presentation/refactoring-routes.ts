import { command, notFound, query } from "agents-apphost/kit";
import type { CommandRoute, QueryRoute } from "agents-apphost/kit";
import type { ApplyRefactoring } from "../application/apply-refactoring.ts";
import type { Refactorings } from "../application/ports.ts";
import type { ProposeRefactor } from "../application/propose-refactor.ts";
import { plainLine } from "../domain/text.ts";
import {
  applyInput,
  getRefactoringInput,
  listRefactoringsInput,
  refactoringPage,
  refactorInput,
  refactoringView,
  suggestionInResult,
  refactorView,
  toRefactoringView,
  toRefactorInput,
  versionOf,
} from "./refactoring-schemas.ts";

/** What the routes of refactorings call. */
export interface RefactoringUseCases {
  readonly proposeRefactor: ProposeRefactor;
  readonly applyRefactoring: ApplyRefactoring;
  readonly refactorings: Refactorings;
}

export function refactoringCommands(use: RefactoringUseCases): readonly CommandRoute[] {
  return [
    command({
      name: "ProposeRefactor",
      path: "/refactorings",
      description:
        "Suggests changes of one or several files, or of an artefact, that keep behaviour, as a diff.",
      input: refactorInput,
      output: refactorView,
      handler: async (input, ctx) => {
        const suggestion = await use.proposeRefactor.run(ctx, toRefactorInput(input));
        return { found: suggestion !== null, suggestion };
      },
    }),
    command({
      name: "ApplyPatch",
      path: "/refactorings/{refactoringId}/apply",
      description:
        "Applies a proposal that a person approves: once, and to the content it was made for. Everything else is a 409.",
      input: applyInput,
      output: refactoringView.extend({ suggestion: suggestionInResult }),
      conditional: true,
      handler: async ({ refactoringId, approvedBy = "", files }, ctx) => {
        const request = {
          approvedBy: plainLine(approvedBy) === "" ? null : approvedBy,
          files: files ?? null,
        };
        const stored = await use.applyRefactoring.run(ctx, refactoringId, request);
        ctx.noteVersion(versionOf(stored));
        ctx.noteShown(stored.suggestion);
        return toRefactoringView(stored);
      },
    }),
  ];
}

export function refactoringQueries(use: RefactoringUseCases): readonly QueryRoute[] {
  return [
    query({
      name: "ListRefactorings",
      path: "/refactorings",
      description: "Proposals, the newest first, with what became of each.",
      input: listRefactoringsInput,
      output: refactoringPage,
      handler: async (filter) => {
        const { items, next } = await use.refactorings.list(filter);
        return { items: [...items], next };
      },
    }),
    query({
      name: "GetRefactoring",
      path: "/refactorings/{refactoringId}",
      description: "One proposal, and who has approved it where it was applied.",
      input: getRefactoringInput,
      output: refactoringView,
      handler: async ({ refactoringId }, ctx) => {
        const stored = await use.refactorings.get(refactoringId);
        if (stored === null) throw notFound(`There is no refactoring ${refactoringId}.`);
        ctx.noteVersion(versionOf(stored));
        return toRefactoringView(stored);
      },
    }),
  ];
}
