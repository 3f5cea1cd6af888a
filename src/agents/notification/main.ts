import { DueWork, runAgent } from "agents-apphost/kit";
import type { AgentKit, AgentParts } from "agents-apphost/kit";
import { NotificationCommands } from "./application/commands.ts";
import { Deliver } from "./application/deliver.ts";
import { DeliveryStats } from "./application/delivery-stats.ts";
import { EventHandlers } from "./application/event-handlers.ts";
import { Prepare } from "./application/prepare.ts";
import { Receipts } from "./application/receipts.ts";
import { RecipientCommands } from "./application/recipient-commands.ts";
import { Router } from "./application/router.ts";
import { events } from "./events.ts";
import { deliveries } from "./infrastructure/deliveries.ts";
import { DueDeliveries } from "./infrastructure/due-deliveries.ts";
import { NumberingPlans } from "./infrastructure/numbering-plans.ts";
import { openChannels } from "./infrastructure/open-channels.ts";
import { PromptWriter } from "./infrastructure/prompt-writer.ts";
import { readSettings } from "./infrastructure/settings.ts";
import { SqlNotifications } from "./infrastructure/sql-notifications.ts";
import { SqlRecipients } from "./infrastructure/sql-recipients.ts";
import { SqlDeliveryFigures } from "./infrastructure/sql-stats.ts";
import { SqlSuppressions, suppressions as suppressionTable } from "./infrastructure/sql-suppressions.ts";
import { migrations } from "./infrastructure/tables.ts";
import type { NotificationTables } from "./infrastructure/tables.ts";
import { timeZone } from "./infrastructure/time-zone.ts";
import { recipientCommandRoutes, recipientQueryRoutes } from "./presentation/recipient-routes.ts";
import { commandRoutes, queryRoutes, subscriptions } from "./presentation/routes.ts";
import { statsRoutes } from "./presentation/stats-routes.ts";

await runAgent<NotificationTables>({
  name: "notification",
  description: "Prepares and sends notifications, and keeps the history of every delivery.",
  publishes: events,
  migrations,
  projections: [deliveries, suppressionTable],
  compose,
});

function compose(kit: AgentKit<NotificationTables>): AgentParts {
  const settings = readSettings(kit.env, process.cwd());
  const clock = (): Date => kit.clock();
  const channels = openChannels(settings, kit.log);
  const [notifications, recipients] = [new SqlNotifications(kit), new SqlRecipients(kit)];
  const [suppressions, phones] = [new SqlSuppressions(kit), new NumberingPlans()];
  const router = new Router({ recipients, suppressions, zones: timeZone, clock });
  const prepare = new Prepare({
    notifications,
    writer: new PromptWriter(kit),
    router,
    segments: settings.segments,
  });
  const deliver = new Deliver({
    notifications,
    channels,
    router,
    retry: settings.retry,
    clock,
    random: Math.random,
    newId: () => kit.newId(),
    isDue: (at) => due.expect(Date.parse(at)),
  });
  const stored = new DueDeliveries({
    db: () => kit.db,
    clock,
    attempt,
    placeFree: () => due.expect(kit.clock().getTime()),
  });
  const due = new DueWork({
    what: "deliveries",
    clock,
    log: kit.log,
    takeUp: (signal) => stored.takeUp(signal),
  });
  const commands = new NotificationCommands({
    notifications,
    prepare,
    deliver,
    phones,
    channels,
    preset: settings.channels,
    clock,
  });
  const reading = { recipients, suppressions };
  const wishes = new RecipientCommands({ ...reading, phones, zones: timeZone, clock });

  async function attempt(id: string, signal: AbortSignal): Promise<void> {
    try {
      const { state } = await notifications.load(id);
      // A row without a notification, which no program of ours writes.
      if (state.at === "none") return;
      await kit.work(state.request.lineage, async (ctx) => {
        const { at } = await deliver.run(ctx, id);
        ctx.log.info("tried again what was due", { id, at });
      });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!signal.aborted) kit.log.warn("a delivery that is due waits", { id, reason });
    }
  }

  return {
    commands: [
      ...commandRoutes(commands, new Receipts(notifications)),
      ...recipientCommandRoutes(wishes, recipients),
    ],
    queries: [
      ...queryRoutes(notifications),
      ...statsRoutes(new DeliveryStats(new SqlDeliveryFigures(kit))),
      ...recipientQueryRoutes(wishes, reading),
    ],
    subscriptions: subscriptions(new EventHandlers(prepare, deliver, phones, settings)),
    health: () => ({ channels: channels.names, recipient: settings.recipient }),
    started: () => due.start(),
    later: (correlationId) => stored.laterIn(correlationId),
    close: () => due.stop(),
  };
}
