import { command, conflict, notFound, on, query } from "agents-apphost/kit";
import type { CommandRoute, EventSubscription, HandlerContext, QueryRoute } from "agents-apphost/kit";
import { deliveryFailed } from "../../notification/events.ts";
import type { TicketCommands } from "../application/commands.ts";
import type { EventHandlers } from "../application/event-handlers.ts";
import type { Knowledge, TicketHistory, Tickets } from "../application/ports.ts";
import type { SlaStatus } from "../application/sla-status.ts";
import type { Ticket } from "../domain/ticket.ts";
import {
  articleInput,
  articleView,
  escalateInput,
  foundArticles,
  getArticleInput,
  listInput,
  overrideInput,
  queuePage,
  resolveInput,
  searchInput,
  slaView,
  submitInput,
  ticketInput,
  ticketView,
  toView,
} from "./schemas.ts";

export function commandRoutes(commands: TicketCommands, knowledge: Knowledge): readonly CommandRoute[] {
  return [
    command({
      name: "SubmitAndTriageTicket",
      path: "/execute",
      description: "Opens a ticket, triages it, and escalates it where a rule of the policy says so.",
      input: submitInput,
      output: ticketView.omit({ generatedBy: true }),
      handler: async (input, ctx) => view(await commands.submitAndTriage(input, ctx), ctx),
    }),
    command({
      name: "SubmitTicket",
      path: "/tickets",
      description: "Opens a ticket that is triaged later.",
      input: submitInput,
      output: ticketView.omit({ generatedBy: true }),
      handler: async (input, ctx) => view(await commands.submit(input, ctx), ctx),
    }),
    command({
      name: "TriageTicket",
      path: "/tickets/{ticketId}/triage",
      description: "Finds impact, urgency, category and with them the priority of a new ticket.",
      input: ticketInput,
      output: ticketView.omit({ generatedBy: true }),
      conditional: true,
      handler: async ({ ticketId }, ctx) => view(await commands.triage(ticketId, ctx), ctx),
    }),
    command({
      name: "SuggestSolution",
      path: "/tickets/{ticketId}/suggestions",
      description: "Looks for articles that fit the ticket, and words a reply from them.",
      input: ticketInput,
      output: ticketView.omit({ generatedBy: true }),
      conditional: true,
      handler: async ({ ticketId }, ctx) => view(await commands.suggest(ticketId, ctx), ctx),
    }),
    command({
      name: "EscalateTicket",
      path: "/tickets/{ticketId}/escalation",
      description: "Hands a ticket to a team at once.",
      input: escalateInput,
      output: ticketView.omit({ generatedBy: true }),
      conditional: true,
      handler: async (input, ctx) => view(await commands.escalate(input, ctx), ctx),
    }),
    command({
      name: "ResolveTicket",
      path: "/tickets/{ticketId}/resolution",
      description: "Ends a ticket; what solved it is found by later searches.",
      input: resolveInput,
      output: ticketView.omit({ generatedBy: true }),
      conditional: true,
      handler: async (input, ctx) => view(await commands.resolve(input, ctx), ctx),
    }),
    command({
      name: "OverridePriority",
      method: "put",
      path: "/tickets/{ticketId}/priority",
      description: "Sets the priority against the matrix, with a reason.",
      input: overrideInput,
      output: ticketView.omit({ generatedBy: true }),
      conditional: true,
      handler: async (input, ctx) => view(await commands.override(input, ctx), ctx),
    }),
    command({
      name: "SaveArticle",
      method: "put",
      path: "/knowledge/{articleId}",
      description: "Writes an article of the knowledge base, or replaces it.",
      input: articleInput,
      output: articleView,
      conditional: true,
      handler: async (article, ctx) => {
        const version = await knowledge.save(ctx, article);
        ctx.noteVersion(version);
        return { ...article, version };
      },
    }),
  ];
}

/** What the queries read. */
export interface Reading {
  readonly tickets: Tickets;
  readonly knowledge: Knowledge;
  /** How the clocks of a ticket stand now; null before it is triaged. */
  readonly slaOf: (ticket: Ticket) => SlaStatus | null;
}

export function queryRoutes({ tickets, knowledge, slaOf }: Reading): readonly QueryRoute[] {
  return [
    query({
      name: "GetTicket",
      path: "/tickets/{ticketId}",
      description: "One ticket, with what has happened to it.",
      input: ticketInput,
      output: ticketView,
      handler: async ({ ticketId }, ctx) => view(await tickets.load(ticketId), ctx),
    }),
    query({
      name: "ListQueue",
      path: "/tickets",
      description:
        "Tickets in pages: the most pressing first, of those the oldest, untriaged ones before all.",
      input: listInput,
      output: queuePage,
      handler: async (filter) => {
        const page = await tickets.list(filter);
        return { items: [...page.items], next: page.next };
      },
    }),
    query({
      name: "GetSlaStatus",
      path: "/tickets/{ticketId}/sla",
      description: "How the response and the resolution clock of a ticket stand.",
      input: ticketInput,
      output: slaView,
      handler: async ({ ticketId }) => {
        const { state } = await tickets.load(ticketId);
        if (state.at === "none") throw notFound(`There is no ticket ${ticketId}.`);
        const status = slaOf(state);
        if (status === null) throw conflict(`Ticket ${ticketId} is not triaged: it has no clocks yet.`);
        return { ticketId, ...status };
      },
    }),
    query({
      name: "SearchKnowledge",
      path: "/knowledge",
      description: "Articles and resolutions of earlier tickets, the best match first.",
      input: searchInput,
      output: foundArticles,
      handler: async ({ q, limit }) => ({
        items: (await knowledge.search(q, limit)).map((each) => ({ ...each, matched: [...each.matched] })),
      }),
    }),
    query({
      name: "GetArticle",
      path: "/knowledge/{articleId}",
      description: "One article of the knowledge base.",
      input: getArticleInput,
      output: articleView,
      handler: async ({ articleId }, ctx) => {
        const found = await knowledge.find(articleId);
        if (found === null) throw notFound(`There is no article ${articleId}.`);
        ctx.noteVersion(found.version);
        return { ...found.article, version: found.version };
      },
    }),
  ];
}

export function subscriptions(handlers: EventHandlers): readonly EventSubscription[] {
  return [on(deliveryFailed, { handler: (event, ctx) => handlers.onDeliveryFailed(event, ctx) })];
}

function view(history: TicketHistory, ctx: HandlerContext): NonNullable<ReturnType<typeof toView>> {
  const found = toView(history);
  if (found === undefined) throw notFound(`There is no ticket ${history.id}.`);
  ctx.noteVersion(history.version);
  for (const { event } of history.history)
    if (event.type === "triaged" || event.type === "solution-suggested") ctx.noteShown(event.data);
  return found;
}
