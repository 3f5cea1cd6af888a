import type { DomainEvent } from "./event-store.ts";

/** An event as it was stored. */
export interface StoredEvent {
  readonly type: string;
  readonly data: unknown;
  /** Version of the shape of `data` that it was written in, counted from 1. */
  readonly schemaVersion: number;
}

/**
 * Turns a stored event back into the domain's. A zod schema of the union of all event types is one, as long as no shape
 * has ever changed; {@link eventCodec} makes one that reads older shapes.
 */
export interface EventCodec<Event extends DomainEvent> {
  /** @throws Error (a ZodError or an {@link UnreadableEvent}) for what cannot be read. */
  parse(stored: unknown): Event;
  /** The version that events of this type are written in; 1 where it is left out. */
  schemaVersion?(type: string): number;
}

/** Brings the data of an event from one schema version to the next. Pure: the same input gives the same output. */
export type Upcaster = (data: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

/** A stored event that this version of the agent cannot read, as a newer one wrote it, or something that is not the agent. */
export class UnreadableEvent extends Error {
  override readonly name = "UnreadableEvent";
}

/**
 * A codec for events whose shape has changed over time. What is stored is never rewritten: an old event is brought up to the
 * present shape each time it is read.
 *
 * @param schema reads the present shape, `{ type, data }`; a zod schema of the union of all event types.
 * @param upcasters the steps for each type that has changed: the first from version 1 to 2, and so on. New events are
 * written in the version that the last step leads to.
 * @example
 * eventCodec(ticketEvent, {
 *   // Version 2 says who it was.
 *   submitted: [(data) => ({ ...data, requester: null })],
 * });
 */
export function eventCodec<Event extends DomainEvent>(
  schema: { parse(value: unknown): Event },
  upcasters: Readonly<Record<string, readonly Upcaster[]>> = {},
): EventCodec<Event> & Required<Pick<EventCodec<Event>, "schemaVersion">> {
  const stepsOf = (type: string): readonly Upcaster[] =>
    Object.hasOwn(upcasters, type) ? (upcasters[type] ?? []) : [];
  return {
    schemaVersion: (type) => stepsOf(type).length + 1,
    parse: (value) => {
      const { type, data, schemaVersion } = storedEvent(value);
      const steps = stepsOf(type);
      if (schemaVersion > steps.length + 1) {
        throw new UnreadableEvent(
          `This version of the agent reads ${type} up to schema version ${steps.length + 1}, not ${schemaVersion}.`,
        );
      }
      let present = data;
      for (const step of steps.slice(schemaVersion - 1)) present = step(present);
      return schema.parse({ type, data: present });
    },
  };
}

function storedEvent(value: unknown): StoredEvent & { readonly data: Readonly<Record<string, unknown>> } {
  if (typeof value === "object" && value !== null && "type" in value && "data" in value) {
    const { type, data } = value;
    const schemaVersion = "schemaVersion" in value ? value.schemaVersion : 1;
    if (typeof type === "string" && isRecord(data) && isVersion(schemaVersion)) {
      return { type, data, schemaVersion };
    }
  }
  throw new UnreadableEvent(`This is no stored event: ${JSON.stringify(value) ?? String(value)}`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isVersion(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1;
}
