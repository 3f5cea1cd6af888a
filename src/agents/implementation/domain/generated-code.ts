/** A language that code can be generated in. */
export type Language = "typescript" | "python";

/** One file of an artefact; `path` is relative to the artefact's own folder. */
export type GeneratedFile = {
  readonly path: string;
  readonly role: "source" | "test";
  readonly content: string;
};

/** A case of the specification and the test that runs it; `name` is what the test runner prints. */
export type CoveredCase = {
  readonly caseId: string;
  readonly requirementId: string | null;
  readonly file: string;
  readonly name: string;
};

/** What a generator returns. */
export type GeneratedCode = {
  readonly files: readonly GeneratedFile[];
  readonly tests: readonly CoveredCase[];
};

/** What the files say for people; it never changes what they do. */
export type Wording = { readonly summary: string };

/**
 * The statements of a predicate: `lines` may leave early with "no", `verdict` is the expression that decides. `uses` are the
 * helper functions (and modules) by their names that the file has to have for it.
 */
export type Body = {
  readonly lines: readonly string[];
  readonly verdict: string;
  readonly uses?: readonly string[];
};
