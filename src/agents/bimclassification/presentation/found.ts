import { notFound } from "agents-apphost/kit";
import type { HandlerContext } from "agents-apphost/kit";
import type { ClassificationHistory } from "../application/ports.ts";

/** What is shown of an element, with its version as the ETag. @throws Problem 404 when there is none. */
export function found<View>(
  history: ClassificationHistory,
  ctx: HandlerContext,
  toView: (history: ClassificationHistory) => View | undefined,
): View {
  const view = toView(history);
  if (view === undefined) throw notFound(`There is no element ${history.elementId}.`);
  ctx.noteVersion(history.version);
  return view;
}
