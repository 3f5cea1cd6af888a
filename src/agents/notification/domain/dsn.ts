/** What a delivery status notification says of one recipient. */
export type DeliveryReport = {
  /** The envelope id that the message was sent with; null where the reporting server left it out. */
  readonly envelopeId: string | null;
  readonly action: "failed" | "delayed" | "delivered" | "relayed" | "expanded";
  /** RFC 3463 enhanced status code. */
  readonly status: string;
  readonly detail: string | null;
};

const ACTION = /^(failed|delayed|delivered|relayed|expanded)$/;

/**
 * Reads the `message/delivery-status` part of a DSN (RFC 3464 §2): fields of the message, an empty line, fields of its one
 * recipient. `undefined` where it has no action or no status, or speaks of several recipients: we send to one at a time.
 */
export function parseDeliveryReport(text: string): DeliveryReport | undefined {
  const groups = text
    .replaceAll("\r\n", "\n")
    // A folded line belongs to the one before.
    .replaceAll(/\n[ \t]+(?=\S)/g, " ")
    .split(/\n[ \t]*(?:\n[ \t]*)+/)
    .map(fieldsOf)
    .filter((fields) => fields.size > 0);
  const recipients = groups.filter((fields) => fields.has("action"));
  const [recipient] = recipients;
  if (recipient === undefined || recipients.length > 1) return undefined;
  const action = ACTION.exec(recipient.get("action")?.toLowerCase() ?? "")?.[1];
  // A comment may follow the code: "5.1.1 (bad destination mailbox address)".
  const status = /^[245]\.\d{1,3}\.\d{1,3}/.exec(recipient.get("status") ?? "")?.[0];
  if (!isAction(action) || status === undefined) return undefined;
  const envelopeId = groups.find((fields) => fields.has("original-envelope-id"))?.get("original-envelope-id");
  const diagnostic = recipient.get("diagnostic-code")?.replace(/^[^;]*;\s*/, "");
  return { envelopeId: envelopeId ?? null, action, status, detail: diagnostic ?? null };
}

function isAction(text: string | undefined): text is DeliveryReport["action"] {
  return text !== undefined && ACTION.test(text);
}

function fieldsOf(group: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of group.split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) fields.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return fields;
}
