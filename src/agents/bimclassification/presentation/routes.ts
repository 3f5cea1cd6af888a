import { command, notFound, query } from "agents-apphost/kit";
import type { CommandRoute, HandlerContext, QueryRoute } from "agents-apphost/kit";
import type { z } from "zod";
import type { DecideClassification } from "../application/decide-classification.ts";
import type { ImportElements } from "../application/import-elements.ts";
import type { ClassificationHistory, Classifications, ImportInput } from "../application/ports.ts";
import type { SuggestClassification } from "../application/suggest-classification.ts";
import type { WriteReferencesHandler } from "../application/write-references.ts";
import type { CodeTable } from "../domain/codes/code-table.ts";
import {
  applyInput,
  approveInput,
  codesInput,
  executeInput,
  getInput,
  importInput,
  overrideInput,
  pendingInput,
  rejectInput,
  suggestInput,
  toElement,
  writeInput,
} from "./inputs.ts";
import {
  codesView,
  elementView,
  historyView,
  importView,
  pendingView,
  runView,
  toCodesView,
  toElementView,
  toHistoryView,
  toPendingView,
  toRunView,
  writtenView,
} from "./views.ts";

/** The commands of the agent. */
export interface Handlers {
  readonly importing: ImportElements;
  readonly suggesting: SuggestClassification;
  readonly deciding: DecideClassification;
  readonly writing: WriteReferencesHandler;
}

/** Ids that an answer lists; ListPending has them all. */
const IDS_SHOWN = 500;
const NEXT = 25;

export function commandRoutes(handlers: Handlers): readonly CommandRoute[] {
  return [...modelRoutes(handlers), ...decisionRoutes(handlers.deciding)];
}

function modelRoutes({ importing, suggesting, writing }: Handlers): readonly CommandRoute[] {
  return [
    command({
      name: "Execute",
      path: "/execute",
      description:
        "Takes elements in and suggests a code for each: ImportElements and SuggestClassification in one.",
      input: executeInput,
      output: runView,
      handler: async ({ elements }, ctx) => {
        const imported = await importing.store(elements.map(toElement), "execute", ctx);
        return toRunView(await suggesting.afterImport(imported, ctx));
      },
    }),
    command({
      name: "ImportElements",
      path: "/elements",
      description:
        "Takes elements in, from an IFC file (STEP), a CSV table or a list. Coming again changes nothing.",
      input: importInput,
      output: importView,
      handler: async (input, ctx) => {
        const imported = await importing.handle(toImport(input), ctx);
        return {
          ...imported,
          leftOut: { ...imported.leftOut },
          elementIds: imported.elementIds.slice(0, IDS_SHOWN),
        };
      },
    }),
    command({
      name: "SuggestClassification",
      path: "/suggestions",
      description: "Suggests a code of UNIFORMAT II for elements, or for the next ones that have none.",
      input: suggestInput,
      output: runView,
      handler: async ({ elementIds, limit }, ctx) =>
        toRunView(
          elementIds === undefined
            ? await suggesting.forNext(limit ?? NEXT, ctx)
            : await suggesting.forElements(elementIds, ctx),
        ),
    }),
    command({
      name: "WriteClassificationReferences",
      path: "/ifc",
      description:
        "Gives back an IFC file with the codes that were applied, as IFC classification references.",
      input: writeInput,
      output: writtenView,
      handler: async ({ content, file, to }) => {
        const written = await writing.handle(
          content === undefined ? { file: file ?? "", to: to ?? "" } : { content },
        );
        return { ...written, written: [...written.written], present: [...written.present] };
      },
    }),
  ];
}

function decisionRoutes(deciding: DecideClassification): readonly CommandRoute[] {
  return [
    command({
      name: "ApproveSuggestion",
      path: "/elements/{elementId}/approve",
      description: "Approves what is suggested for an element.",
      input: approveInput,
      output: elementView,
      conditional: true,
      handler: async ({ suggestionId = null, ...about }, ctx) =>
        view(await deciding.approve({ ...about, suggestionId }, ctx), ctx, toElementView),
    }),
    command({
      name: "RejectSuggestion",
      path: "/elements/{elementId}/reject",
      description: "Rejects what is suggested for an element, with a reason; it can be suggested anew.",
      input: rejectInput,
      output: elementView,
      conditional: true,
      handler: async ({ suggestionId = null, ...about }, ctx) =>
        view(await deciding.reject({ ...about, suggestionId }, ctx), ctx, toElementView),
    }),
    command({
      name: "OverrideCode",
      path: "/elements/{elementId}/override",
      description: "Sets another code of a known table; it counts as approved.",
      input: overrideInput,
      output: elementView,
      conditional: true,
      handler: async ({ reason = null, ...about }, ctx) =>
        view(await deciding.override({ ...about, reason }, ctx), ctx, toElementView),
    }),
    command({
      name: "ApplyClassification",
      path: "/elements/{elementId}/apply",
      description: "Applies the approved code of an element. What is not approved is a 409.",
      input: applyInput,
      output: elementView,
      conditional: true,
      handler: async (about, ctx) => view(await deciding.apply(about, ctx), ctx, toElementView),
    }),
  ];
}

export function queryRoutes(
  classifications: Classifications,
  tables: readonly CodeTable[],
): readonly QueryRoute[] {
  return [
    query({
      name: "GetElement",
      path: "/elements/{elementId}",
      description: "One element with its facts, its suggestion and what was decided.",
      input: getInput,
      output: elementView,
      handler: async ({ elementId }, ctx) => view(await classifications.load(elementId), ctx, toElementView),
    }),
    query({
      name: "GetClassificationHistory",
      path: "/elements/{elementId}/history",
      description: "Everything that happened to the classification of an element, oldest first.",
      input: getInput,
      output: historyView,
      handler: async ({ elementId }, ctx) => view(await classifications.load(elementId), ctx, toHistoryView),
    }),
    query({
      name: "ListPending",
      path: "/pending",
      description:
        "Elements that wait for somebody: unclassified, suggested, rejected or approved, in pages.",
      input: pendingInput,
      output: pendingView,
      handler: async ({ at, limit, after }) =>
        toPendingView(
          await classifications.list({
            at: at === undefined ? ["unclassified", "suggested", "rejected", "approved"] : [at],
            limit,
            ...(after === undefined ? {} : { after }),
          }),
        ),
    }),
    query({
      name: "GetCodeTable",
      path: "/codes",
      description: "A table of codes: UNIFORMAT II, or the user's own OmniClass table.",
      input: codesInput,
      output: codesView,
      handler: ({ system, level, within }) => {
        const table = tables.find((each) => each.system.toLowerCase() === system.toLowerCase());
        if (table === undefined) {
          const known = tables.map((each) => each.system).join(", ");
          throw notFound(`There is no table of "${system}" here; there is ${known}.`);
        }
        return toCodesView(table, { level, within });
      },
    }),
  ];
}

function toImport(input: z.output<typeof importInput>): ImportInput {
  const { format, elements = [], content, file, columns = {} } = input;
  const source = input.source ?? null;
  if (format === "elements") return { format, elements: elements.map(toElement), source };
  const from = content === undefined ? { file: file ?? "" } : { content };
  if (format === "ifc") return { format, from, source };
  const named = Object.entries(columns).filter(([, title]) => title !== undefined);
  return { format, from, columns: Object.fromEntries(named), source };
}

function view<View>(
  history: ClassificationHistory,
  ctx: HandlerContext,
  toView: (history: ClassificationHistory) => View | undefined,
): View {
  const found = toView(history);
  if (found === undefined) throw notFound(`There is no element ${history.elementId}.`);
  ctx.noteVersion(history.version);
  return found;
}
