import type { EventDefinition } from "../events/define-event.ts";
import { DropEvent } from "./drop-event.ts";

/** The payload of a received event, typed. @throws DropEvent with every difference from the schema. */
export function readPayload<Payload>(definition: EventDefinition<Payload>, payload: unknown): Payload {
  const read = definition.payload.safeParse(payload);
  if (read.success) return read.data;
  const issues = read.error.issues.map((issue) => `${issue.path.join(".") || "payload"}: ${issue.message}`);
  throw new DropEvent(`The payload does not fit ${definition.type}: ${issues.join("; ")}`);
}
