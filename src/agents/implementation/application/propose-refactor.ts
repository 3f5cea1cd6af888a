import { invalid } from "agents-apphost/kit";
import type { HandlerContext } from "agents-apphost/kit";
import type { RefactoringSuggestedPayload } from "../events.ts";
import type { Language } from "../domain/generated-code.ts";
import { languageOf, proposeRefactoring } from "../domain/refactor/refactor.ts";
import type { Publications, Writer } from "./ports.ts";
import { word } from "./wording.ts";

/** A file to look at. */
interface ProposeRefactorInput {
  readonly file: string;
  readonly content: string;
  readonly language?: Language | undefined;
}

/** Suggests changes that keep behaviour, as a diff. The diff comes from rules; a model words the reason. */
export class ProposeRefactor {
  readonly #writer: Writer;
  readonly #publications: Publications;

  constructor(writer: Writer, publications: Publications) {
    this.#writer = writer;
    this.#publications = publications;
  }

  /**
   * The published suggestion, or `null` when there is nothing to suggest; nothing is published then.
   *
   * @throws Problem 422 for a language without rules.
   */
  async run(ctx: HandlerContext, input: ProposeRefactorInput): Promise<RefactoringSuggestedPayload | null> {
    const language = input.language ?? languageOf(input.file);
    if (language === undefined) {
      const message = "no language is known by this extension; name one: typescript or python";
      throw invalid(`file: ${message}`, [{ path: "language", message }]);
    }
    const found = proposeRefactoring(input.file, input.content, language);
    if (found === null) return null;
    const changes = found.changes.map(({ line, description }) => `line ${line}: ${description}`);
    const template = `Easier to read, with the same behaviour: ${[...new Set(found.changes.map((change) => change.description))].join("; ")}.`;
    const { text, provenance } = await word(
      ctx,
      () => this.#writer.explainRefactoring(ctx, { file: input.file, changes }),
      { given: [input.file, ...changes].join("\n"), template },
    );
    const payload: RefactoringSuggestedPayload = {
      suggestionId: ctx.workId,
      file: input.file,
      language,
      rules: [...found.changes],
      diff: found.diff,
      rationale: text,
      wording: { by: provenance.by, reason: provenance.reason },
      generatedBy: provenance.generatedBy,
      promptRef: provenance.promptRef,
    };
    await this.#publications.refactoringSuggested(ctx, payload);
    return payload;
  }
}
