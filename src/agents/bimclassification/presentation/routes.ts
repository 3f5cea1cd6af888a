import { command } from "agents-apphost/kit";
import type { CommandRoute, HandlerContext } from "agents-apphost/kit";
import type { z } from "zod";
import type { DecideClassification } from "../application/decide-classification.ts";
import type { DecideMany } from "../application/decide-many.ts";
import type { ImportElements } from "../application/import-elements.ts";
import type { ImportInput } from "../application/ports.ts";
import type { RunResult, SuggestClassification } from "../application/suggest-classification.ts";
import type { WriteReferencesHandler } from "../application/write-references.ts";
import { decisionRoutes } from "./decision-routes.ts";
import { executeInput, importInput, suggestInput, toElement, writeInput } from "./input-schemas.ts";
import { importView, runView, toRunView, writtenView } from "./view-schemas.ts";

/** The commands of the agent. */
export interface Handlers {
  readonly importing: ImportElements;
  readonly suggesting: SuggestClassification;
  readonly deciding: DecideClassification;
  readonly decidingMany: DecideMany;
  readonly writing: WriteReferencesHandler;
}

/** Ids that an answer lists; ListPending has them all. */
const IDS_SHOWN = 500;
const NEXT = 25;

export function commandRoutes(handlers: Handlers): readonly CommandRoute[] {
  return [...modelRoutes(handlers), ...decisionRoutes(handlers.deciding, handlers.decidingMany)];
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
        return shown(await suggesting.afterImport(imported, ctx), ctx);
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
      handler: async ({ elementIds, limit, after }, ctx) =>
        shown(
          elementIds === undefined
            ? await suggesting.forNext({ limit: limit ?? NEXT, after }, ctx)
            : await suggesting.forElements(elementIds, ctx),
          ctx,
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
        const { written: ids, present, others } = written;
        return { ...written, written: [...ids], present: [...present], others: [...others] };
      },
    }),
  ];
}

function shown(run: RunResult, ctx: HandlerContext): z.input<typeof runView> {
  for (const { state } of run.entries)
    if ("given" in state && state.given !== null) ctx.noteShown(state.given.suggestion);
  return toRunView(run);
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
