import type { z } from "zod";

/**
 * One event type of the published language: its name, which is also its topic, and the schema of its payload.
 * Made by {@link defineEvent}, kept in the `events.ts` of the agent that publishes it.
 */
export interface EventDefinition<Payload = unknown> {
  /** `agents.{domain}.{action}`; the topic has the same name. */
  readonly type: string;
  /** Schema of `data.payload`. An event that does not fit it is refused when emitted, and dead-lettered when received. */
  readonly payload: z.ZodType<Payload>;
  /** When it is published, in one sentence, for the catalog. */
  readonly description: string;
  /** Version of the payload's shape, `major.minor`, sent as `dataVersion`. */
  readonly dataVersion: string;
}

/** What is said about an event type beside its name and payload. */
export interface EventDefinitionOptions {
  /** When it is published, in one sentence, for the catalog. */
  readonly description: string;
  /** `major.minor`, by default `1.0`. Subscribers of another major version drop the event. */
  readonly dataVersion?: string;
}

const TYPE = /^agents(\.[a-z][a-z0-9-]*){2,}$/;

/**
 * Defines an event type, typed by the schema of its payload.
 *
 * @throws TypeError when the name is not `agents.` and at least two lower-case words joined by dots.
 * @example
 * export const ticketCreated = defineEvent("agents.servicedesk.ticket.created", z.object({ ticketId: z.uuid() }), {
 *   description: "A ticket was opened.",
 * });
 */
export function defineEvent<Payload>(
  type: string,
  payload: z.ZodType<Payload>,
  options: EventDefinitionOptions,
): EventDefinition<Payload> {
  if (!TYPE.test(type)) {
    throw new TypeError(
      `The event type "${type}" has the wrong form: expected agents.{domain}.{action}, lower-case words joined by dots.`,
    );
  }
  return { type, payload, description: options.description, dataVersion: options.dataVersion ?? "1.0" };
}
