import { nameBasedId } from "agents-apphost/kit";

/** Namespace of the ids below; made up once, and never to be changed. */
const NAMESPACE = "6f1a4e0c-9d3b-4b0e-8a51-c2f7d9e6a3b4";

/**
 * The id of the notification that an event asks for. A repeated delivery of the event leads to the same notification, also
 * when nothing of it was stored the first time.
 */
export function notificationIdFor(eventId: string): string {
  return nameBasedId(NAMESPACE, eventId);
}
