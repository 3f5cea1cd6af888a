import { isFields } from "../../../../journal/fields.ts";
import type { BusEvent } from "../../embedded/bus/event.ts";
import { envelopedEvent, envelopeOf, rawEvent } from "../event-of-bytes.ts";
import { agentOfDeadLetters } from "../yaml/policies.ts";
import { isList, type Reply } from "./connection.ts";

/** What was published, as it stands in a stream. */
export interface TailRecord {
  readonly stream: string;
  /** Of the entry; whoever keeps it can go on after it. */
  readonly id: string;
  /** When it was published, in ms since the epoch. */
  readonly at: number;
  /** `topic` is the stream; of a dead letter the topic that it was published to at first, where that is known. */
  readonly event: BusEvent;
  /** Set where this is a copy of an event that daprd gave up; `agent` null where the topic's name does not tell whose. */
  readonly deadLetter: { readonly topic: string; readonly agent: string | null } | null;
}

/** An entry as daprd's pubsub.redis writes it (`data`, `metadata`); null where it is no event. */
export function readEntry(pubsub: string, stream: string, entry: Reply): TailRecord | null {
  if (!isList(entry)) return null;
  const [id, fields] = entry;
  if (!(id instanceof Buffer) || !isList(fields)) return null;
  const body = fieldOf(fields, "data");
  if (body === null) return null;
  const metadata = metadataOf(fieldOf(fields, "metadata"));
  const envelope = envelopeOf(body);
  const first = envelope === null ? null : envelope["topic"];
  // A dead letter is the envelope that failed: it still names the topic that it was published to.
  const original = typeof first === "string" && first !== "" && first !== stream ? first : null;
  const agent = agentOfDeadLetters(stream);
  const origin = { pubsub, topic: original ?? stream, metadata };
  return {
    stream,
    id: id.toString(),
    at: Number(id.toString().split("-", 1)[0]),
    event: envelope === null ? rawEvent(body, origin) : envelopedEvent(envelope, body, origin),
    deadLetter: original === null && agent === null ? null : { topic: stream, agent },
  };
}

function fieldOf(fields: readonly Reply[], name: string): Buffer | null {
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const value = fields[at + 1];
    if (String(fields[at]) === name) return value instanceof Buffer ? value : null;
  }
  return null;
}

function metadataOf(json: Buffer | null): Readonly<Record<string, string>> | null {
  if (json === null) return null;
  try {
    const value: unknown = JSON.parse(json.toString());
    if (!isFields(value)) return null;
    const entries = Object.entries(value).map(([name, one]): [string, string] => [name, String(one)]);
    return entries.length === 0 ? null : Object.fromEntries(entries);
  } catch {
    return null;
  }
}
