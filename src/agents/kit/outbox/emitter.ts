import type { EventDefinition } from "../events/define-event.ts";
import type { EmitOptions, EmittedEvent } from "../events/emit.ts";
import { toCloudEvent } from "../events/standard-event.ts";
import type { CloudEvent } from "../events/standard-event.ts";
import type { HandlerContext } from "../handling/context.ts";

/** Who emits: fixed for the life of an agent. */
export interface Emitting {
  readonly agentId: string;
  readonly publishes: readonly EventDefinition[];
  readonly clock: () => Date;
  readonly newId: () => string;
}

/** Collects the events of one unit of work. */
export class Emitter {
  readonly #emitting: Emitting;
  readonly #ctx: HandlerContext;
  readonly #events: CloudEvent[] = [];

  constructor(emitting: Emitting, ctx: HandlerContext) {
    this.#emitting = emitting;
    this.#ctx = ctx;
  }

  get events(): readonly CloudEvent[] {
    return this.#events;
  }

  get emitted(): readonly EmittedEvent[] {
    return this.#events.map(({ id, type }) => ({ id, eventType: type }));
  }

  get flows(): readonly string[] {
    return this.#events.map(({ data }) => data.data.correlationId);
  }

  readonly emit = <Payload>(
    definition: EventDefinition<Payload>,
    payload: Payload,
    options: EmitOptions,
  ): EmittedEvent => {
    const { agentId, publishes, clock, newId } = this.#emitting;
    if (!publishes.some((known) => known.type === definition.type)) {
      throw new TypeError(
        `${agentId} emitted ${definition.type}, which its definition does not list in publishes.`,
      );
    }
    const checked = definition.payload.safeParse(payload);
    if (!checked.success) {
      throw new TypeError(
        `The payload of ${definition.type} does not fit its schema: ${checked.error.message}`,
      );
    }
    const event = toCloudEvent({
      id: options.id ?? newId(),
      eventType: definition.type,
      subject: options.subject,
      eventTime: clock().toISOString(),
      dataVersion: definition.dataVersion,
      agentId,
      payload: checked.data,
      lineage: options.lineage ?? this.#ctx.lineage,
    });
    this.#events.push(event);
    return { id: event.id, eventType: event.type };
  };
}
