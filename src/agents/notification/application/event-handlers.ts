import type { HandlerContext, StandardEvent } from "agents-apphost/kit";
import { DropEvent } from "agents-apphost/kit";
import type { SuggestionGeneratedPayload } from "../../bimclassification/events.ts";
import type { CodeGeneratedPayload } from "../../implementation/events.ts";
import type { TicketEscalatedPayload } from "../../servicedesk/events.ts";
import type { SendRequestedPayload } from "../events.ts";
import { READABLE } from "../domain/render.ts";
import { artefactMessage } from "./artefact-message.ts";
import { checkRecipient } from "./check-recipient.ts";
import type { Deliver } from "./deliver.ts";
import { escalationMessage } from "./escalation-message.ts";
import { notificationIdFor } from "./notification-id.ts";
import type { PhoneNumbers } from "./ports.ts";
import type { Asked, Prepare } from "./prepare.ts";
import { suggestionMessage } from "./suggestion-message.ts";

/** Whom artefacts and escalated tickets are told to, and by which ways. */
export interface Defaults {
  readonly recipient: string;
  readonly escalationRecipient: string;
  readonly channels: readonly string[];
}

/** Turns events into notifications. What fails for now is tried again by this agent, when it is due, not by the bus. */
export class EventHandlers {
  readonly #prepare: Prepare;
  readonly #deliver: Deliver;
  readonly #phones: PhoneNumbers;
  readonly #defaults: Defaults;

  constructor(prepare: Prepare, deliver: Deliver, phones: PhoneNumbers, defaults: Defaults) {
    this.#prepare = prepare;
    this.#deliver = deliver;
    this.#phones = phones;
    this.#defaults = defaults;
  }

  /** Tells the configured recipient about generated code, or that there is none and why. */
  async onCodeGenerated(event: StandardEvent<CodeGeneratedPayload>, ctx: HandlerContext): Promise<void> {
    await this.#tell(ctx, event, { category: "code", ...artefactMessage(event.data.payload) });
  }

  /** Tells the configured recipient which classifications wait for somebody. */
  async onSuggestionGenerated(
    event: StandardEvent<SuggestionGeneratedPayload>,
    ctx: HandlerContext,
  ): Promise<void> {
    await this.#tell(ctx, event, { category: "approval", ...suggestionMessage(event.data.payload) });
  }

  /** Tells whoever is on call about a ticket that needs a team at once. */
  async onTicketEscalated(event: StandardEvent<TicketEscalatedPayload>, ctx: HandlerContext): Promise<void> {
    const { escalationRecipient: recipient } = this.#defaults;
    const told = { category: "incident", recipient, priority: "high" } as const;
    await this.#tell(ctx, event, { ...told, ...escalationMessage(event.data.payload) });
  }

  /** Sends what another agent asks for. For a notification of our own it resumes what was not finished. */
  async onSendRequested(event: StandardEvent<SendRequestedPayload>, ctx: HandlerContext): Promise<void> {
    const { payload } = event.data;
    const checked = await checkRecipient(payload.recipient, this.#phones);
    if (!checked.ok) throw new DropEvent(`The recipient cannot be reached: ${checked.problem}.`);
    if (!READABLE.test(payload.message))
      throw new DropEvent("There is nothing to tell: the message is blank.");
    const asked: Asked = {
      recipient: checked.recipient,
      channels: [...new Set(payload.channels ?? this.#defaults.channels)],
      subject: payload.subject ?? null,
      message: payload.message,
      category: payload.category ?? "general",
      priority: payload.priority ?? "normal",
      cause: { kind: "event", id: event.id, eventType: event.eventType },
    };
    await this.#send(ctx, payload.notificationId ?? notificationIdFor(event.id), asked);
  }

  /** To the configured recipient, by the configured channels, unless something else is said. */
  async #tell(
    ctx: HandlerContext,
    event: StandardEvent,
    told: Pick<Asked, "category" | "message"> & { readonly subject: string } & Partial<Asked>,
  ): Promise<void> {
    const { recipient, channels } = this.#defaults;
    const cause = { kind: "event", id: event.id, eventType: event.eventType } as const;
    const asked: Asked = { recipient, channels, priority: "normal", cause, ...told };
    await this.#send(ctx, notificationIdFor(event.id), asked);
  }

  async #send(ctx: HandlerContext, id: string, asked: Asked): Promise<void> {
    await this.#prepare.run(ctx, id, asked);
    await this.#deliver.run(ctx, id);
  }
}
