import { runAgent } from "agents-apphost/kit";
import type { AgentKit, AgentParts } from "agents-apphost/kit";
import { NotificationCommands } from "./application/commands.ts";
import { Deliver } from "./application/deliver.ts";
import { EventHandlers } from "./application/event-handlers.ts";
import type { Channel } from "./application/ports.ts";
import { Prepare } from "./application/prepare.ts";
import { events } from "./events.ts";
import { ConsoleChannel } from "./infrastructure/channels/console-channel.ts";
import { FileChannel } from "./infrastructure/channels/file-channel.ts";
import { WebhookChannel } from "./infrastructure/channels/webhook-channel.ts";
import { deliveries } from "./infrastructure/deliveries.ts";
import { PromptWriter } from "./infrastructure/prompt-writer.ts";
import { readSettings } from "./infrastructure/settings.ts";
import { SqlNotifications } from "./infrastructure/sql-notifications.ts";
import { migrations } from "./infrastructure/tables.ts";
import type { NotificationTables } from "./infrastructure/tables.ts";
import { commandRoutes, queryRoutes, subscriptions } from "./presentation/routes.ts";

await runAgent<NotificationTables>({
  name: "notification",
  description: "Prepares and sends notifications, and keeps the history of every delivery.",
  publishes: events,
  migrations,
  projections: [deliveries],
  compose,
});

function compose(kit: AgentKit<NotificationTables>): AgentParts {
  const settings = readSettings(kit.env, process.cwd());
  const channels: readonly Channel[] = [
    new ConsoleChannel(kit.log),
    new FileChannel(settings.dir),
    ...(settings.webhook === null ? [] : [new WebhookChannel(settings.webhook)]),
  ];
  const known = channels.map((channel) => channel.name);
  const notifications = new SqlNotifications(kit);
  const prepare = new Prepare(notifications, new PromptWriter(kit));
  const deliver = new Deliver(notifications, channels);
  const commands = new NotificationCommands({
    notifications,
    prepare,
    deliver,
    channels: { known, preset: settings.channels },
  });
  return {
    commands: commandRoutes(commands),
    queries: queryRoutes(notifications),
    subscriptions: subscriptions(new EventHandlers(prepare, deliver, settings)),
    health: () => ({ channels: known, recipient: settings.recipient }),
  };
}
