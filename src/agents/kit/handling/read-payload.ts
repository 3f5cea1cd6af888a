import type { EventDefinition } from "../events/define-event.ts";
import { DropEvent } from "./drop-event.ts";

/** A list of many wrong entries has as many issues: the first ones say enough. */
const ISSUES_TOLD = 5;

/** The payload of a received event, typed. @throws DropEvent with every difference from the schema. */
export function readPayload<Payload>(definition: EventDefinition<Payload>, payload: unknown): Payload {
  const read = definition.payload.safeParse(payload);
  if (read.success) return read.data;
  const { issues } = read.error;
  const told = issues
    .slice(0, ISSUES_TOLD)
    .map(({ path, message }) => `${path.join(".") || "payload"}: ${message}`);
  const more = issues.length - told.length;
  const rest = more > 0 ? `; and ${more} more` : "";
  throw new DropEvent(`The payload does not fit ${definition.type}: ${told.join("; ")}${rest}`);
}
