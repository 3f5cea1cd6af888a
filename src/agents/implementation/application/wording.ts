import { isSampleText } from "agents-apphost/kit";
import type { HandlerContext } from "agents-apphost/kit";
import type { Provenance } from "../domain/artefact.ts";
import { findInstructions } from "../domain/instructions.ts";
import { inventedOf, plainLine } from "../domain/text.ts";
import type { Words } from "./ports.ts";

/** A text for people and where it comes from. */
export interface Worded {
  readonly text: string;
  readonly provenance: Provenance;
}

/**
 * Takes a model's words when they say nothing that was not in its input, and the fixed text otherwise: also instead of the
 * placeholders of the sample model. A model is not asked where its input gives instructions.
 *
 * A caller who waits is told that no model answers. An event cannot decide: it is handled with the fixed text, and the
 * result says why.
 */
export async function word(
  ctx: HandlerContext,
  ask: () => Promise<Words>,
  texts: {
    /** The facts of the input. */
    readonly given: string;
    /** What else the model would read; a number in it is no fact. */
    readonly wish?: string | undefined;
    readonly template: string;
    /** What else speaks against a text; null where nothing does. */
    readonly objection?: (text: string) => string | null;
  },
): Promise<Worded> {
  const fixed = (reason: string, by: Partial<Words> = {}): Worded => {
    const { generatedBy = null, promptRef = null } = by;
    return { text: texts.template, provenance: { by: "template", reason, generatedBy, promptRef } };
  };
  const [order] = findInstructions([texts.given, texts.wish ?? ""].join("\n"));
  if (order !== undefined)
    return fixed(`the input gives instructions ("${order.said}"), so no model was asked`);
  const words = await askOrReason(ctx, ask);
  if (typeof words === "string") return fixed(words);
  const { generatedBy, promptRef } = words;
  const text = plainLine(words.text);
  if (isSampleText(text, generatedBy)) return fixed("the sample model has no words of its own", words);
  const invented = inventedOf(text, `${texts.given}\n${texts.template}`);
  if (invented.length > 0)
    return fixed(`the model's words hold what it was not given: ${invented.join(", ")}`, words);
  const objection = texts.objection?.(text) ?? null;
  if (objection !== null) return fixed(objection, words);
  return { text, provenance: { by: "model", reason: null, generatedBy, promptRef } };
}

async function askOrReason(ctx: HandlerContext, ask: () => Promise<Words>): Promise<Words | string> {
  try {
    return await ask();
  } catch (error) {
    if (ctx.event === null || ctx.signal.aborted) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    ctx.log.warn("no model words this result, the fixed text is used", { reason });
    return reason;
  }
}
