import { parseExact } from "./exact-json.ts";
import { isFields } from "./fields.ts";
import { isDeeper } from "./is-deeper.ts";

/** Deeper data stays text: printing or walking through it takes a call for each level, and there are only so many. */
const DEEPEST = 500;

/** What `data` of an event shows: the `data` of the standard event in it, else the whole data of its envelope, else the bytes as text. */
export function eventData(body: Uint8Array, raw: boolean): unknown {
  const text = Buffer.from(body).toString();
  const value = parseOrText(text);
  if (raw) return standardData(value) ?? value;
  if (!isFields(value)) return value;
  if (!Object.hasOwn(value, "data")) return value["data_base64"] ?? null;
  return standardData(value["data"]) ?? value["data"];
}

function standardData(value: unknown): unknown {
  return isFields(value) && typeof value["eventType"] === "string" && isFields(value["data"])
    ? value["data"]
    : null;
}

function parseOrText(text: string): unknown {
  if (isDeeper(text, DEEPEST)) return text;
  try {
    return parseExact(text);
  } catch {
    return text;
  }
}
