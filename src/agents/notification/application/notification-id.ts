import { createHash } from "node:crypto";

/** Namespace of the ids below; made up once, and never to be changed. */
const NAMESPACE = Buffer.from("6f1a4e0c9d3b4b0e8a51c2f7d9e6a3b4", "hex");

/**
 * The id of the notification that an event asks for: a name-based UUID (RFC 9562, version 5) of the event's id. A
 * repeated delivery of the event leads to the same notification, also when nothing of it was stored the first time.
 */
export function notificationIdFor(eventId: string): string {
  const hash = createHash("sha1").update(NAMESPACE).update(eventId).digest().subarray(0, 16);
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
