import { command, notFound, on, query } from "agents-apphost/kit";
import type { CommandRoute, EventSubscription, HandlerContext, QueryRoute } from "agents-apphost/kit";
import { suggestionGenerated } from "../../bimclassification/events.ts";
import { codeGenerated } from "../../implementation/events.ts";
import { ticketEscalated } from "../../servicedesk/events.ts";
import type { NotificationCommands } from "../application/commands.ts";
import type { EventHandlers } from "../application/event-handlers.ts";
import type { NotificationHistory, Notifications } from "../application/ports.ts";
import type { Receipts } from "../application/receipts.ts";
import { sendRequested } from "../events.ts";
import {
  cancelInput,
  deliveryPage,
  getInput,
  listInput,
  notificationView,
  receiptInput,
  sendInput,
  toView,
} from "./schemas.ts";

export function commandRoutes(commands: NotificationCommands, receipts: Receipts): readonly CommandRoute[] {
  return [
    command({
      name: "SendNotification",
      path: "/execute",
      description: "Sends a notification through one or more channels.",
      input: sendInput,
      output: notificationView.omit({ generatedBy: true }),
      handler: async (input, ctx) => view(await commands.send(input, ctx), ctx),
    }),
    command({
      name: "RecordReceipt",
      path: "/receipts",
      description:
        "Takes what the outside says later: delivered, refused after all, a nuisance, or mail that comes back.",
      input: receiptInput,
      output: notificationView.omit({ generatedBy: true }),
      conditional: true,
      handler: async (input, ctx) => view(await receipts.record(input, ctx), ctx),
    }),
    command({
      name: "RetryDelivery",
      path: "/notifications/{notificationId}/retry",
      description: "Tries at once what waits, and once more what has failed.",
      input: getInput,
      output: notificationView.omit({ generatedBy: true }),
      handler: async ({ notificationId }, ctx) => view(await commands.retry(notificationId, ctx), ctx),
    }),
    command({
      name: "CancelNotification",
      path: "/notifications/{notificationId}/cancel",
      description: "Takes back what has not left yet.",
      input: cancelInput,
      output: notificationView.omit({ generatedBy: true }),
      conditional: true,
      handler: async ({ notificationId, reason }, ctx) =>
        view(await commands.cancel(notificationId, reason, ctx), ctx),
    }),
  ];
}

export function queryRoutes(notifications: Notifications): readonly QueryRoute[] {
  return [
    query({
      name: "GetNotification",
      path: "/notifications/{notificationId}",
      description: "One notification with the timeline of each of its channels.",
      input: getInput,
      output: notificationView,
      handler: async ({ notificationId }, ctx) => view(await notifications.load(notificationId), ctx),
    }),
    query({
      name: "ListDeliveries",
      path: "/deliveries",
      description: "Notifications, the newest first, in pages.",
      input: listInput,
      output: deliveryPage,
      handler: async (filter) => {
        const { items, next } = await notifications.list(filter);
        return { items: [...items], next };
      },
    }),
  ];
}

export function subscriptions(handlers: EventHandlers): readonly EventSubscription[] {
  return [
    on(codeGenerated, { handler: (event, ctx) => handlers.onCodeGenerated(event, ctx) }),
    on(suggestionGenerated, { handler: (event, ctx) => handlers.onSuggestionGenerated(event, ctx) }),
    on(ticketEscalated, { handler: (event, ctx) => handlers.onTicketEscalated(event, ctx) }),
    on(sendRequested, { handler: (event, ctx) => handlers.onSendRequested(event, ctx) }),
  ];
}

function view(history: NotificationHistory, ctx: HandlerContext): NonNullable<ReturnType<typeof toView>> {
  const found = toView(history);
  ctx.noteVersion(history.history.length);
  if (found === undefined) throw notFound(`There is no notification ${history.id}.`);
  ctx.noteShown(found);
  return found;
}
