import type { HandlerContext, StandardEvent } from "agents-apphost/kit";
import { DropEvent } from "agents-apphost/kit";
import type { SuggestionGeneratedPayload } from "../../bimclassification/events.ts";
import type { CodeGeneratedPayload } from "../../implementation/events.ts";
import type { TicketEscalatedPayload } from "../../servicedesk/events.ts";
import type { SendRequestedPayload } from "../events.ts";
import { parseRecipient, recipientText } from "../domain/recipient.ts";
import { artefactMessage } from "./artefact-message.ts";
import type { Deliver } from "./deliver.ts";
import { escalationMessage } from "./escalation-message.ts";
import { notificationIdFor } from "./notification-id.ts";
import type { Asked, Prepare } from "./prepare.ts";
import { suggestionMessage } from "./suggestion-message.ts";

/** Whom artefacts and escalated tickets are told to, and by which ways. */
export interface Defaults {
  readonly recipient: string;
  readonly escalationRecipient: string;
  readonly channels: readonly string[];
}

/** A channel has failed for now. Thrown so that the bus delivers the event again, later each time. */
class DeliveryDeferred extends Error {
  override readonly name = "DeliveryDeferred";
}

/** Turns events into notifications. */
export class EventHandlers {
  readonly #prepare: Prepare;
  readonly #deliver: Deliver;
  readonly #defaults: Defaults;

  constructor(prepare: Prepare, deliver: Deliver, defaults: Defaults) {
    this.#prepare = prepare;
    this.#deliver = deliver;
    this.#defaults = defaults;
  }

  /** Tells the configured recipient about generated code, or that there is none and why. */
  async onCodeGenerated(event: StandardEvent<CodeGeneratedPayload>, ctx: HandlerContext): Promise<void> {
    await this.#tell(ctx, event, artefactMessage(event.data.payload));
  }

  /** Tells the configured recipient which classifications wait for somebody. */
  async onSuggestionGenerated(
    event: StandardEvent<SuggestionGeneratedPayload>,
    ctx: HandlerContext,
  ): Promise<void> {
    await this.#tell(ctx, event, suggestionMessage(event.data.payload));
  }

  /** Tells whoever is on call about a ticket that needs a team at once. */
  async onTicketEscalated(event: StandardEvent<TicketEscalatedPayload>, ctx: HandlerContext): Promise<void> {
    const { subject, message } = escalationMessage(event.data.payload);
    const { escalationRecipient: recipient, channels } = this.#defaults;
    const cause = { kind: "event", id: event.id, eventType: event.eventType } as const;
    const asked: Asked = { recipient, channels, subject, message, priority: "high", cause };
    await this.#send(ctx, notificationIdFor(event.id), asked);
  }

  /** Sends what another agent asks for. For a notification of our own it resumes what was not finished. */
  async onSendRequested(event: StandardEvent<SendRequestedPayload>, ctx: HandlerContext): Promise<void> {
    const { payload } = event.data;
    const parsed = parseRecipient(payload.recipient);
    if (!parsed.ok) throw new DropEvent(`The recipient cannot be reached: ${parsed.problem}.`);
    const asked: Asked = {
      recipient: recipientText(parsed.recipient),
      channels: [...new Set(payload.channels ?? this.#defaults.channels)],
      subject: payload.subject ?? null,
      message: payload.message,
      priority: payload.priority ?? "normal",
      cause: { kind: "event", id: event.id, eventType: event.eventType },
    };
    await this.#send(ctx, payload.notificationId ?? notificationIdFor(event.id), asked);
  }

  /** To the configured recipient, by the configured channels. */
  async #tell(
    ctx: HandlerContext,
    event: StandardEvent,
    { subject, message }: { readonly subject: string; readonly message: string },
  ): Promise<void> {
    const { recipient, channels } = this.#defaults;
    const cause = { kind: "event", id: event.id, eventType: event.eventType } as const;
    const asked: Asked = { recipient, channels, subject, message, priority: "normal", cause };
    await this.#send(ctx, notificationIdFor(event.id), asked);
  }

  async #send(ctx: HandlerContext, id: string, asked: Asked): Promise<void> {
    await this.#prepare.run(ctx, id, asked);
    const state = await this.#deliver.run(ctx, id);
    if (state.at === "rendered") {
      throw new DeliveryDeferred(
        `notification ${id} waits for a channel: ${waitingOn(state.request.channels)}`,
      );
    }
  }
}

function waitingOn(
  channels: readonly { channel: string; at: string; last: { code: string; detail: string | null } | null }[],
): string {
  return channels
    .filter((channel) => channel.at === "pending")
    .map(({ channel, last }) => `${channel} ${last?.code ?? ""} ${last?.detail ?? ""}`.trim())
    .join("; ");
}
