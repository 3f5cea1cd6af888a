import { pageOf } from "agents-apphost/kit";
import { z } from "zod";
import type { ClassificationHistory } from "../application/ports.ts";
import type { RunResult } from "../application/suggest-classification.ts";
import { presentCode } from "../domain/classification.ts";
import type { KnownClassification } from "../domain/classification.ts";
import type { ClassificationCode, CodeTable } from "../domain/codes/code-table.ts";

const codeView = z.object({ system: z.string(), edition: z.string(), code: z.string(), title: z.string() });
const at = z.enum(["unclassified", "suggested", "rejected", "approved", "applied"]);
const text = z.string().nullable();

const suggestionView = z.object({
  suggestionId: z.string(),
  code: codeView,
  confidence: z.number(),
  agreement: z.enum(["agrees", "disagrees", "rules-only", "model-only"]),
  reason: z.string(),
  ruleId: text,
  alternatives: z.array(codeView),
  model: z.object({ code: z.string(), confidence: z.number(), rationale: z.string() }).nullable(),
  modelNote: text.describe("Why the model's answer does not count"),
  omniClass: codeView.nullable(),
  generatedBy: z.enum(["live", "cassette", "sample"]).nullable(),
  promptRef: text,
});

const approvalView = z.object({
  code: codeView,
  by: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("person"), name: z.string() }),
    z.object({ kind: z.literal("configuration"), above: z.number() }),
  ]),
  overridden: z.boolean(),
});

const statusMembers = {
  elementId: z.string(),
  at,
  code: codeView.nullable().describe("The code that stands for the element now"),
  suggestion: suggestionView.nullable(),
  approval: approvalView.nullable(),
  rejection: z.object({ reason: z.string(), by: z.string() }).nullable(),
};

export const elementView = z.object({
  ...statusMembers,
  version: z.number(),
  element: z.object({
    ifcClass: z.string(),
    name: text,
    description: text,
    objectType: text,
    predefinedType: text,
    typeName: text,
    typeClass: text,
    materials: z.array(z.string()),
    systems: z.array(z.string()),
    storey: text,
    properties: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    references: z.array(z.object({ system: z.string(), edition: text, code: z.string(), title: text })),
  }),
});

/** Who made a suggestion stands beside the result of a command and not in it, where a replay would differ. */
const suggestionInResult = suggestionView.omit({ generatedBy: true }).nullable();

/** An element as a command answers it. */
export const decidedView = elementView.extend({ suggestion: suggestionInResult });

export const runView = z.object({
  runId: z.string(),
  next: text.describe("Give it as after to go on with the next that have none; null at the end"),
  elements: z.array(
    z.object({
      ...statusMembers,
      suggestion: suggestionInResult,
      ifcClass: z.string(),
      name: text,
      reason: text.describe("Why nothing is suggested"),
      candidates: z.array(codeView).describe("What it could be, where nothing is suggested"),
    }),
  ),
});

export const importView = z.object({
  source: z.string(),
  schema: text.describe("Of an IFC file: IFC2X3, IFC4, …"),
  imported: z.number(),
  changed: z.number().describe("Known elements whose facts are others now"),
  unchanged: z.number(),
  leftOut: z
    .record(z.string(), z.number())
    .describe("Entities that are no elements to classify, with their number"),
  elementIds: z.array(z.string()).describe("The first 500"),
});

export const writtenView = z.object({
  schema: z.string(),
  written: z.array(z.string()).describe("Elements that have got a reference"),
  present: z.array(z.string()).describe("Elements that carried it already"),
  others: z
    .array(z.object({ elementId: z.string(), code: z.string() }))
    .describe("Codes of the same system that the file had for what was written, and has still"),
  open: z.number().describe("Elements of the file that are not applied"),
  content: text,
  file: text,
});

export const historyView = z.object({
  elementId: z.string(),
  at,
  entries: z.array(
    z.object({
      version: z.number(),
      time: z.string(),
      correlationId: text,
      what: z
        .string()
        .describe("imported, suggested, approved, rejected, overridden, applied, facts-changed"),
      code: codeView.nullable(),
      confidence: z.number().nullable(),
      by: text,
      reason: text,
    }),
  ),
});

export const pendingView = pageOf(
  z.object({
    elementId: z.string(),
    version: z.number().describe("The number of its ETag"),
    ifcClass: z.string(),
    name: text,
    at,
    code: text,
    suggestionId: text,
    confidence: z.number().nullable(),
    agreement: text,
    source: z.string(),
    importedAt: z.string(),
    updatedAt: z.string(),
  }),
).extend({ total: z.number().describe("Of all pages") });

export const codesView = z.object({
  system: z.string(),
  edition: z.string(),
  source: z.string(),
  codes: z.array(z.object({ code: z.string(), title: z.string(), level: z.number(), parent: text })),
});

/** An element as the API shows it; `undefined` when there is none. */
export function toElementView({
  elementId,
  version,
  state,
}: ClassificationHistory): z.input<typeof elementView> | undefined {
  if (state.at === "none") return undefined;
  const { id: _, materials, systems, references, properties, ...facts } = state.element;
  return {
    ...statusOf(elementId, state),
    version,
    element: {
      ...facts,
      materials: [...materials],
      systems: [...systems],
      references: [...references],
      properties: { ...properties },
    },
  };
}

export function toRunView({ runId, entries, next }: RunResult): z.input<typeof runView> {
  return {
    runId,
    next,
    elements: entries.map(({ elementId, state, none }) => ({
      ...statusOf(elementId, state),
      ifcClass: state.element.ifcClass,
      name: state.element.name,
      reason: none?.reason ?? null,
      candidates: [...(none?.candidates ?? [])],
    })),
  };
}

export function toHistoryView({
  elementId,
  state,
  history,
}: ClassificationHistory): z.input<typeof historyView> | undefined {
  if (state.at === "none") return undefined;
  return {
    elementId,
    at: state.at,
    entries: history.map(({ time, correlationId, event }, index) => ({
      version: index + 1,
      time,
      correlationId,
      what: event.type,
      ...wordsOf(event),
    })),
  };
}

export function toCodesView(
  { system, edition, source, entries }: CodeTable,
  { level, within }: { readonly level: number | undefined; readonly within: string | undefined },
): z.input<typeof codesView> {
  const isWithin = (code: string | null): boolean => {
    if (within === undefined) return true;
    for (let each = code; each !== null; each = entries.get(each)?.parent ?? null)
      if (each === within) return true;
    return false;
  };
  const codes = [...entries.values()].filter(
    (entry) => (level === undefined || entry.level === level) && isWithin(entry.code),
  );
  return { system, edition, source, codes };
}

type Words = {
  code: ClassificationCode | null;
  confidence: number | null;
  by: string | null;
  reason: string | null;
};

function wordsOf(event: ClassificationHistory["history"][number]["event"]): Words {
  const nothing = { code: null, confidence: null, by: null, reason: null };
  switch (event.type) {
    case "imported":
    case "facts-changed":
      return { ...nothing, by: event.data.source };
    case "suggested": {
      const { code, confidence, reason } = event.data.suggestion;
      return { ...nothing, code, confidence, reason };
    }
    case "approved": {
      const { code, by } = event.data;
      return { ...nothing, code, by: by.kind === "person" ? by.name : `confidence above ${by.above}` };
    }
    case "rejected":
      return { ...nothing, reason: event.data.reason, by: event.data.by };
    case "overridden":
      return { ...nothing, code: event.data.code, by: event.data.by, reason: event.data.reason };
    case "applied":
      return { ...nothing, code: event.data.code, by: event.data.by };
    default:
      return event satisfies never;
  }
}

function statusOf(elementId: string, state: KnownClassification) {
  const given = "given" in state ? state.given : null;
  return {
    elementId,
    at: state.at,
    code: presentCode(state),
    suggestion:
      given === null
        ? null
        : { suggestionId: given.id, ...given.suggestion, alternatives: [...given.suggestion.alternatives] },
    approval: "approval" in state ? state.approval : null,
    rejection: state.at === "rejected" ? { reason: state.reason, by: state.by } : null,
  };
}
