import type { Samples, Single } from "../constraint.ts";
import type { Span } from "../text/sentence.ts";

/** One constraint as a reading rule found it in the sentence. */
export interface Finding {
  readonly span: Span;
  readonly constraint: Single;
  readonly samples?: Samples;
  /** How the words were read where they leave a choice. */
  readonly assumptions?: readonly string[];
  /** A name that the words themselves give to the value: "years old" is an age. */
  readonly field?: string;
  /** Words that stand for the value and lie inside the span: "the `id` header" in "must send the `id` header". */
  readonly subject?: string;
  /** Words inside the span that name the value where nothing before does. */
  readonly inner?: string;
}

/** A stretch that a reader may still claim, given what others have claimed before it. */
export function isFree(span: Span, claimed: readonly Finding[]): boolean {
  return claimed.every(({ span: other }) => span.end <= other.start || span.start >= other.end);
}

/** Where the last finding before `start` ends. */
export function endBefore(start: number, claimed: readonly Finding[]): number {
  return Math.max(0, ...claimed.filter(({ span }) => span.end <= start).map(({ span }) => span.end));
}

/** All matches of a pattern with their spans. The pattern needs the flags `g` and `d` or `g` alone. */
export function* matches(pattern: RegExp, canon: string): Generator<{ match: RegExpExecArray; span: Span }> {
  for (const match of canon.matchAll(pattern)) {
    const start = match.index + (match[0].length - match[0].trimStart().length);
    yield { match, span: { start, end: match.index + match[0].trimEnd().length } };
  }
}
