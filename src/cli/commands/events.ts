import type { Command } from "commander";
import { addCommand } from "../command.ts";
import { contextOf } from "../context.ts";
import type { RawEventsOptions } from "../work/events-list.ts";

export function addEvents(program: Command): void {
  const events = addCommand(program, "events [action]", {
    summary: "every event and who handled it; works while nothing runs",
    examples: [
      ["agents events", "the last events"],
      ["agents events -f", "each new one, and again when it is settled"],
      ["agents events --type 'agents.testplanning.*'", "of some types"],
      ["agents events --correlation <id>", "one flow: who handled what, and what came of it"],
      ["agents events --correlation <id> --json", "all events of one flow, one a line"],
      ["agents events dead", "deliveries that failed for good; then: agents events retry <id>"],
    ],
    ownF: true,
  })
    .option("-f, --follow", "keep printing new events")
    .option("-n, --last <events>", "how many of the last events (default 100)")
    .option("--type <glob>", "only types that match; * stands for any text")
    .option("--correlation <id>", "only those of one flow: its id, or the first characters of it")
    .action(async (action: string | undefined, options: RawEventsOptions, command: Command) => {
      const { listEvents } = await import("../work/events-list.ts");
      await listEvents(contextOf(command), action, options);
    });
  addShow(events);
  addDead(events);
  addRetry(events);
  addReplay(events);
  addCatalog(events);
}

function addShow(events: Command): void {
  addCommand(events, "show <id>", {
    summary: "one event: its data, its deliveries, what it caused",
    examples: [["agents events show 7f3c9b2e", "the beginning of the id is enough"]],
  }).action(async (id: string, _options: unknown, command: Command) =>
    (await import("../work/events-show.ts")).showEvent(contextOf(command), id),
  );
}

function addDead(events: Command): void {
  addCommand(events, "dead", {
    summary: "deliveries that failed for good, with the reason",
    examples: [["agents events dead", "then: agents events retry <id>"]],
  }).action(async (_options: unknown, command: Command) =>
    (await import("../work/events-dead.ts")).listDead(contextOf(command)),
  );
}

function addRetry(events: Command): void {
  addCommand(events, "retry <id>", {
    summary: "put the dead deliveries of an event back in line",
    examples: [["agents events retry 7f3c9b2e", "the beginning of the id is enough"]],
  }).action(async (id: string, _options: unknown, command: Command) =>
    (await import("../work/events-again.ts")).retryEvent(contextOf(command), id),
  );
}

function addReplay(events: Command): void {
  addCommand(events, "replay <id>", {
    summary: "deliver a recorded event again",
    examples: [["agents events replay 7f3c9b2e --to notification", "to one agent only"]],
  })
    .option("--to <agent>", "only to this agent")
    .action(async (id: string, options: { readonly to?: string }, command: Command) =>
      (await import("../work/events-again.ts")).replayEvent(contextOf(command), id, options.to ?? null),
    );
}

function addCatalog(events: Command): void {
  addCommand(events, "catalog [event]", {
    summary: "the event types there are, or the schema of one",
    examples: [["agents events catalog", "all types"]],
  }).action(async (event: string | undefined, _options: unknown, command: Command) =>
    (await import("../work/events-catalog.ts")).showCatalog(contextOf(command), event),
  );
}
