import type { HandlerContext, StandardEvent } from "agents-apphost/kit";
import type { DeliveryFailedPayload } from "../../notification/events.ts";
import type { TicketCommands } from "./commands.ts";

/** Turns what other agents tell into tickets. */
export class EventHandlers {
  readonly #commands: TicketCommands;

  constructor(commands: TicketCommands) {
    this.#commands = commands;
  }

  /**
   * A notification that nobody gets is a ticket for those who run the channels. Its id comes from the event, so that a
   * repeated delivery finds it; and one person did not get one message, so that it is triaged for what it is, whatever the
   * message was about.
   */
  async onDeliveryFailed(event: StandardEvent<DeliveryFailedPayload>, ctx: HandlerContext): Promise<void> {
    const { notificationId, recipient, subject, priority, reason } = event.data.payload;
    const body = [
      `Notification ${notificationId} to ${recipient} failed on each of its channels.`,
      `Priority of the notification: ${priority}`,
      `Reason: ${reason}`,
      `Subject: ${subject}`,
    ].join("\n");
    const ticket = {
      title: "A notification could not be delivered",
      body,
      affectedUsers: 1,
      requester: event.data.agentId,
    };
    await this.#commands.submitAndTriage(ticket, ctx, { kind: "event", id: event.id });
  }
}
