import { notFound, query } from "agents-apphost/kit";
import type { QueryRoute } from "agents-apphost/kit";
import { filterOf } from "../application/decide-many.ts";
import type { Classifications, Codes, ElementList } from "../application/ports.ts";
import type { CodeTable } from "../domain/codes/code-table.ts";
import { codesInput, getInput, pendingInput, toCriteria } from "./decision-schemas.ts";
import { found } from "./found.ts";
import {
  codesView,
  elementView,
  historyView,
  pendingView,
  toCodesView,
  toElementView,
  toHistoryView,
} from "./view-schemas.ts";

const PENDING = ["unclassified", "suggested", "rejected", "approved"] as const;

export function queryRoutes(
  classifications: Classifications,
  elements: ElementList,
  codes: Codes & { readonly tables: readonly CodeTable[] },
): readonly QueryRoute[] {
  return [
    query({
      name: "GetElement",
      path: "/elements/{elementId}",
      description: "One element with its facts, its suggestion and what was decided.",
      input: getInput,
      output: elementView,
      handler: async ({ elementId }, ctx) => found(await classifications.load(elementId), ctx, toElementView),
    }),
    query({
      name: "GetClassificationHistory",
      path: "/elements/{elementId}/history",
      description: "Everything that happened to the classification of an element, oldest first.",
      input: getInput,
      output: historyView,
      handler: async ({ elementId }, ctx) => found(await classifications.load(elementId), ctx, toHistoryView),
    }),
    query({
      name: "ListPending",
      path: "/pending",
      description:
        "Elements that wait for somebody: unclassified, suggested, rejected or approved, in pages.",
      input: pendingInput,
      output: pendingView,
      handler: async ({ at, limit, after, ...given }) => {
        const filter = filterOf(codes, at === undefined ? PENDING : [at], toCriteria(given));
        const page = await elements.page(filter, { limit, after });
        return { items: [...page.items], next: page.next, total: await elements.count(filter) };
      },
    }),
    query({
      name: "GetCodeTable",
      path: "/codes",
      description: "A table of codes: UNIFORMAT II, or the user's own OmniClass table.",
      input: codesInput,
      output: codesView,
      handler: ({ system, level, within }) => {
        const table = codes.tables.find((each) => each.system.toLowerCase() === system.toLowerCase());
        if (table === undefined) {
          throw notFound(`There is no table of "${system}" here; there is ${codes.systems.join(", ")}.`);
        }
        if (within !== undefined && !table.entries.has(within))
          throw notFound(`"${within}" is no code of ${table.system}.`);
        return toCodesView(table, { level, within });
      },
    }),
  ];
}
