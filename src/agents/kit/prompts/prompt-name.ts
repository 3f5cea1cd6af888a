/** The parts of `greet@^2`: which prompt, and which version of it; null where none is named. */
export interface PromptAsk {
  readonly name: string;
  readonly version: string | null;
}

/** Reads what a prompt was asked for by, e.g. `greet`, `greet@1.2.0`, `greet@^2`, `greet@canary`. */
export function parseAsk(asked: string): PromptAsk {
  const [name = "", ...rest] = asked.split("@");
  return { name, version: rest.length === 0 ? null : rest.join("@") };
}

/** What the name of a prompt file says: `greet.yaml` is the working copy, `greet@1.2.0.yaml` a version that does not change. */
export interface PromptFileName {
  /** The file's name without its ending. */
  readonly stem: string;
  readonly name: string;
  /** Null: the working copy. */
  readonly frozen: string | null;
}

/** Null for what is no prompt file: another ending, or a name that starts with `_` or `.`. */
export function parseFileName(file: string): PromptFileName | null {
  const stem = /^([^_.].*)\.(?:ya?ml|prompt)$/.exec(file)?.[1];
  if (stem === undefined) return null;
  const { name, version } = parseAsk(stem);
  return { stem, name, frozen: version };
}
