import type { EventDefinition } from "../events/define-event.ts";
import { DropEvent } from "./drop-event.ts";
import { issuesText, issueText, pathText } from "./issue-text.ts";

/** A list of many wrong entries has as many issues: the first ones say enough. */
const ISSUES_TOLD = 5;

/** The payload of a received event, typed. @throws DropEvent with every difference from the schema. */
export function readPayload<Payload>(definition: EventDefinition<Payload>, payload: unknown): Payload {
  const read = definition.payload.safeParse(payload, { error: issueText });
  if (read.success) return read.data;
  const issues = read.error.issues.map(({ path, message }) => ({ path: pathText(path), message }));
  const told = issuesText(issues, { whole: "payload", count: ISSUES_TOLD });
  throw new DropEvent(`The payload does not fit ${definition.type}: ${told}`);
}
