import { pageOf, pageQuery } from "agents-apphost/kit";
import { z } from "zod";
import type { StoredRefactoring } from "../application/ports.ts";
import type { RefactorInput } from "../application/propose-refactor.ts";
import { refactoringSummary } from "../application/summaries.ts";
import { clashesOf, MAX_PATH, pathProblem } from "../domain/refactor/paths.ts";
import { changedFiles } from "../domain/refactor/proposal.ts";
import { language, refactoringSuggestedPayload } from "../events.ts";

const MAX_FILES = 100;
/** Of all files together. */
const MAX_CHARACTERS = 1_000_000;

const path = z
  .string()
  .min(1)
  .max(MAX_PATH)
  .superRefine((value, ctx) => {
    const message = pathProblem(value);
    if (message !== null) ctx.addIssue({ code: "custom", message });
  })
  .describe("Path below the repository, with forward slashes");
const content = z
  .string()
  .max(MAX_CHARACTERS)
  .refine((text) => text.isWellFormed() && !text.includes("\0"), "expected text: a binary file has no diff");
const named = language.optional().describe("By default told from the file's extension");
const files = z
  .array(z.object({ file: path, content, language: named }))
  .min(1)
  .max(MAX_FILES);

const goal = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .optional()
  .describe(
    "return-condition, strict-typeof, not-in or not-is: only changes of this kind. Anything else is words for the rationale",
  );

/** One file, several, or an artefact: exactly one of them. */
export const refactorInput = z
  .object({
    file: path.optional(),
    content: content.min(1).optional(),
    language: named,
    files: files.optional(),
    artefactId: z.string().min(1).max(100).optional().describe("Look at the latest version of this artefact"),
    goal,
  })
  .superRefine((input, ctx) => {
    const ways = [input.file ?? input.content, input.files, input.artefactId];
    if (ways.filter((way) => way !== undefined).length !== 1) {
      const message = "expected one of: file with content, files, artefactId";
      return ctx.addIssue({ code: "custom", path: ["file"], message });
    }
    if (input.artefactId === undefined && input.files === undefined)
      for (const name of ["file", "content"] as const)
        if (input[name] === undefined)
          ctx.addIssue({ code: "custom", path: [name], message: "expected a string" });
    for (const { index, message } of clashesOf((input.files ?? []).map(({ file }) => file)))
      ctx.addIssue({ code: "custom", path: ["files", index, "file"], message });
    const size = (input.files ?? []).reduce((sum, each) => sum + each.content.length, 0);
    if (size > MAX_CHARACTERS) {
      const message = `expected at most ${MAX_CHARACTERS} characters in all files together, found ${size}`;
      ctx.addIssue({ code: "custom", path: ["files"], message });
    }
  });

/** The files of a request, whichever way they were given. */
export function toRefactorInput(input: z.output<typeof refactorInput>): RefactorInput {
  const said = input.goal ?? null;
  if (input.artefactId !== undefined)
    return { goal: said, from: { kind: "artefact", artefactId: input.artefactId } };
  const given = input.files?.map((each, index) => ({
    ...each,
    path: `files[${index}]`,
    language: each.language,
  })) ?? [{ path: "", file: input.file ?? "", content: input.content ?? "", language: input.language }];
  return { goal: said, from: { kind: "files", files: given } };
}

/** Who worded it stands beside the result of a command and not in it, where a replay would differ. */
export const suggestionInResult = refactoringSuggestedPayload.omit({ generatedBy: true });

export const refactorView = z.object({
  found: z.boolean().describe("False when there is nothing to suggest; then nothing is published either"),
  suggestion: suggestionInResult.nullable(),
});

const refactoringId = z.string().min(1).max(100);
export const getRefactoringInput = z.object({ refactoringId });

export const applyInput = z.object({
  refactoringId,
  approvedBy: z
    .string()
    .trim()
    .max(200)
    .regex(/^[^\p{Cc}]*$/u, "expected a name in one line")
    .optional()
    .describe("The person who approves it. Required: without it the answer is 409 approval-required"),
  files: z
    .array(z.object({ file: path, content }))
    .min(1)
    .max(MAX_FILES)
    .optional()
    .describe("The files as they are now: checked to be those that the proposal was made for"),
});

const artefactPlace = z.object({ artefactId: z.string(), version: z.number() });
const applied = z.object({
  approvedBy: z.string(),
  appliedAt: z.string(),
  artefact: artefactPlace
    .nullable()
    .describe("The version that came of it; null where the files were in the request"),
  files: z
    .array(z.object({ file: z.string(), content: z.string() }))
    .describe("The changed files, as they are now"),
});

export const refactoringView = z.object({
  refactoringId: z.string(),
  state: z.enum(["proposed", "applied"]),
  artefact: artefactPlace.nullable().describe("What it was proposed for, where that is an artefact"),
  suggestion: refactoringSuggestedPayload,
  applied: applied.nullable(),
  createdAt: z.string(),
});

export const listRefactoringsInput = z.object({
  ...pageQuery(z.tuple([z.string(), z.string()])),
  state: refactoringSummary.shape.state.optional(),
});
export const refactoringPage = pageOf(refactoringSummary);

/** Of one that waits the version is 1, of one that is applied 2. */
export function versionOf({ state }: StoredRefactoring): number {
  return state.at === "applied" ? 2 : 1;
}

export function toRefactoringView(stored: StoredRefactoring): z.input<typeof refactoringView> {
  const { suggestion, changes, origin, state, createdAt } = stored;
  return {
    refactoringId: suggestion.suggestionId,
    state: state.at,
    artefact: origin.kind === "request" ? null : { artefactId: origin.artefactId, version: origin.version },
    suggestion,
    applied:
      state.at === "proposed"
        ? null
        : {
            approvedBy: state.approvedBy,
            appliedAt: state.appliedAt,
            artefact:
              origin.kind === "request" || state.artefactVersion === null
                ? null
                : { artefactId: origin.artefactId, version: state.artefactVersion },
            files: [...changedFiles(changes)],
          },
    createdAt,
  };
}
