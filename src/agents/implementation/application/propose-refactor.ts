import { invalid, notFound } from "agents-apphost/kit";
import type { HandlerContext, ProblemIssue } from "agents-apphost/kit";
import type { RefactoringSuggestedPayload } from "../events.ts";
import type { Language } from "../domain/generated-code.ts";
import { changesOf, diffOfAll, proposeChanges, totalComplexity } from "../domain/refactor/change-set.ts";
import type { SourceFile } from "../domain/refactor/change-set.ts";
import type { Origin } from "../domain/refactor/proposal.ts";
import { languageOf } from "../domain/refactor/refactor.ts";
import { KINDS } from "../domain/refactor/rules.ts";
import { plainLine, shorten } from "../domain/text.ts";
import type { Artefacts, Refactorings, Writer } from "./ports.ts";
import { provenanceFields } from "./published.ts";
import { word } from "./wording.ts";

/** What to look at: files, or an artefact as it is now. `path` says where a file stands in the request. */
export type RefactorInput = {
  readonly goal: string | null;
  readonly from:
    | {
        readonly kind: "files";
        readonly files: readonly {
          readonly path: string;
          readonly file: string;
          readonly content: string;
          readonly language: Language | undefined;
        }[];
      }
    | { readonly kind: "artefact"; readonly artefactId: string };
};

/**
 * Suggests changes that keep behaviour, as one diff. The diff comes from rules; a model words the reason. A goal that is a
 * kind of change leaves the others out; any other is words that the reason may take up.
 */
export class ProposeRefactor {
  readonly #writer: Writer;
  readonly #refactorings: Refactorings;
  readonly #artefacts: Artefacts;

  constructor(writer: Writer, refactorings: Refactorings, artefacts: Artefacts) {
    this.#writer = writer;
    this.#refactorings = refactorings;
    this.#artefacts = artefacts;
  }

  /**
   * The stored and published suggestion, or `null` when there is nothing to suggest; nothing is published then.
   *
   * @throws Problem 422 for a language without rules, 404 for an artefact that is not there.
   */
  async run(ctx: HandlerContext, input: RefactorInput): Promise<RefactoringSuggestedPayload | null> {
    const { sources, origin } = await this.#sources(input.from);
    const goal = input.goal === null ? null : plainLine(input.goal);
    const kind = KINDS.find((each) => each === goal?.toLowerCase()) ?? null;
    const found = proposeChanges(sources, kind);
    const first = found?.files[0];
    if (found === null || first === undefined) return null;
    const rules = changesOf(found.files);
    const several = found.files.length > 1;
    const changes = rules.map(
      ({ file, line, description }) => `${several ? `${file} ` : ""}line ${line}: ${description}`,
    );
    const file = shorten(found.files.map((each) => each.file).join(", "), 1000);
    const descriptions = [...new Set(rules.map((change) => change.description))];
    const { text, provenance } = await word(
      ctx,
      () =>
        this.#writer.explainRefactoring(ctx, {
          file,
          changes: changes.slice(0, EXPLAINED),
          ...(goal === null || kind !== null ? {} : { goal }),
        }),
      {
        // Not the goal: a number in it is a wish, and no fact about the code.
        given: [file, ...changes].join("\n"),
        wish: goal ?? undefined,
        template: `Easier to read, with the same behaviour: ${descriptions.slice(0, 10).join("; ")}.`,
      },
    );
    const payload: RefactoringSuggestedPayload = {
      suggestionId: ctx.workId,
      file: first.file,
      language: first.language,
      rules: [...rules],
      diff: diffOfAll(found.files),
      rationale: text,
      files: found.files.map(({ file: path, language, complexity }) => ({
        file: path,
        language,
        complexity,
      })),
      complexity: totalComplexity(found.files),
      goal,
      omitted: found.omitted,
      ...provenanceFields(provenance),
    };
    await this.#refactorings.add(ctx, payload, found.files, origin);
    return payload;
  }

  async #sources(
    from: RefactorInput["from"],
  ): Promise<{ readonly sources: readonly SourceFile[]; readonly origin: Origin }> {
    if (from.kind === "files") return { sources: withLanguages(from.files), origin: { kind: "request" } };
    const artefact = await this.#artefacts.get(from.artefactId);
    if (artefact === null) throw notFound(`There is no artefact ${from.artefactId}.`);
    const { artefactId, version, language } = artefact;
    const sources = artefact.files.map(({ path, content }) => ({ file: path, content, language }));
    return { sources, origin: { kind: "artefact", artefactId, version } };
  }
}

/** Of more changes a model is not told: the reason is one or two sentences. */
const EXPLAINED = 50;

function withLanguages(
  files: Extract<RefactorInput["from"], { kind: "files" }>["files"],
): readonly SourceFile[] {
  const message = "no language is known by this extension; name one: typescript or python";
  const issues: ProblemIssue[] = [];
  const known = files.flatMap(({ path, file, content, language = languageOf(file) }) => {
    if (language !== undefined) return [{ file, content, language }];
    issues.push({ path: path === "" ? "language" : `${path}.language`, message });
    return [];
  });
  if (issues.length > 0) throw invalid(`file: ${message}`, issues);
  return known;
}
