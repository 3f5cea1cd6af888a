import { command, conflict, notFound, on, query } from "agents-apphost/kit";
import type { CommandRoute, EventSubscription, QueryRoute } from "agents-apphost/kit";
import type { EventHandlers } from "../application/event-handlers.ts";
import type { Entries } from "../application/ports.ts";
import type { RecordEntry } from "../application/record-entry.ts";
import type { Entry } from "../domain/entry.ts";
import { EntryConflict } from "../domain/entry.ts";
import { entryView, getInput, recordInput, recordOutput, toView } from "./schemas.ts";
import { subscribedEvents } from "./subscribed-events.ts";

export function commandRoutes(recordEntry: RecordEntry): readonly CommandRoute[] {
  return [
    command({
      name: "RecordEntry",
      path: "/execute",
      description: "Records an entry.",
      input: recordInput,
      output: recordOutput,
      handler: async (input, ctx) => {
        // The id of the work is the same when a request is repeated with its Idempotency-Key.
        const entryId = input.entryId ?? ctx.workId;
        const recorded = view(entryId, await recordEntry.run(ctx, entryId, input.text).catch(asProblem));
        ctx.noteShown(recorded);
        return recorded;
      },
    }),
  ];
}

export function queryRoutes(entries: Entries): readonly QueryRoute[] {
  return [
    query({
      name: "GetEntry",
      path: "/entries/{entryId}",
      description: "One entry.",
      input: getInput,
      output: entryView,
      handler: async ({ entryId }) => view(entryId, await entries.load(entryId)),
    }),
  ];
}

export function subscriptions(handlers: EventHandlers): readonly EventSubscription[] {
  return subscribedEvents.map((each) =>
    on<Readonly<Record<string, unknown>>>(each, { handler: (event, ctx) => handlers.onEvent(event, ctx) }),
  );
}

function view(entryId: string, entry: Entry): NonNullable<ReturnType<typeof toView>> {
  const found = toView(entryId, entry);
  if (found === undefined) throw notFound(`There is no entry ${entryId}.`);
  return found;
}

function asProblem(error: unknown): never {
  throw error instanceof EntryConflict ? conflict(error.message, "Use another entryId.") : error;
}
