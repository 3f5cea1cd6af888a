import { command } from "agents-apphost/kit";
import type { CommandRoute, HandlerContext } from "agents-apphost/kit";
import type { z } from "zod";
import type { DecideClassification } from "../application/decide-classification.ts";
import type { DecideMany } from "../application/decide-many.ts";
import type { ClassificationHistory } from "../application/ports.ts";
import {
  applyInput,
  applyManyInput,
  approveInput,
  approveManyInput,
  overrideInput,
  rejectInput,
  rejectManyInput,
  toSelection,
} from "./decision-schemas.ts";
import { found } from "./found.ts";
import { manyView, toManyView } from "./many-schemas.ts";
import { decidedView, toElementView } from "./view-schemas.ts";

/** What people decide, about one element or about many. */
export function decisionRoutes(deciding: DecideClassification, many: DecideMany): readonly CommandRoute[] {
  return [
    command({
      name: "ApproveSuggestion",
      path: "/elements/{elementId}/approve",
      description: "Approves what is suggested for an element.",
      input: approveInput,
      output: decidedView,
      conditional: true,
      handler: async ({ suggestionId = null, ...about }, ctx) =>
        shown(await deciding.approve({ ...about, suggestionId }, ctx), ctx),
    }),
    command({
      name: "RejectSuggestion",
      path: "/elements/{elementId}/reject",
      description: "Rejects what is suggested for an element, with a reason; it can be suggested anew.",
      input: rejectInput,
      output: decidedView,
      conditional: true,
      handler: async ({ suggestionId = null, ...about }, ctx) =>
        shown(await deciding.reject({ ...about, suggestionId }, ctx), ctx),
    }),
    command({
      name: "OverrideCode",
      path: "/elements/{elementId}/override",
      description: "Sets another code of a known table; it counts as approved.",
      input: overrideInput,
      output: decidedView,
      conditional: true,
      handler: async ({ reason = null, ...about }, ctx) =>
        shown(await deciding.override({ ...about, reason }, ctx), ctx),
    }),
    command({
      name: "ApplyClassification",
      path: "/elements/{elementId}/apply",
      description: "Applies the approved code of an element. What is not approved is a 409.",
      input: applyInput,
      output: decidedView,
      conditional: true,
      handler: async (about, ctx) => shown(await deciding.apply(about, ctx), ctx),
    }),
    command({
      name: "ApproveSuggestions",
      path: "/elements/approve",
      description:
        "Approves what is suggested for many elements, by their ids or by a filter, each for itself.",
      input: approveManyInput,
      output: manyView,
      handler: async ({ by, ...given }, ctx) =>
        toManyView(await many.approve({ selection: toSelection(given), by }, ctx)),
    }),
    command({
      name: "RejectSuggestions",
      path: "/elements/reject",
      description: "Rejects what is suggested for many elements, with one reason, each for itself.",
      input: rejectManyInput,
      output: manyView,
      handler: async ({ by, reason, ...given }, ctx) =>
        toManyView(await many.reject({ selection: toSelection(given), reason, by }, ctx)),
    }),
    command({
      name: "ApplyClassifications",
      path: "/elements/apply",
      description:
        "Applies the approved codes of many elements, by their ids or by a filter, each for itself.",
      input: applyManyInput,
      output: manyView,
      handler: async ({ by, ...given }, ctx) =>
        toManyView(await many.apply({ selection: toSelection(given), by }, ctx)),
    }),
  ];
}

function shown(history: ClassificationHistory, ctx: HandlerContext): z.input<typeof decidedView> {
  const view = found(history, ctx, toElementView);
  if (view.suggestion !== null) ctx.noteShown(view.suggestion);
  return view;
}
