import type { Answer } from "../runtime/sidecar/kit.ts";
import type { Got } from "./app.ts";

/** What is chosen anew each time, or tells which sidecar it is. */
const VOLATILE: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gu, "<uuid>"],
  [/"time":"20[0-9][0-9][^"]*"/gu, '"time":"<time>"'],
  [/"(expiration|ttlExpireTime)":"20[0-9][0-9][^"]*"/gu, '"$1":"<time>"'],
  [/"(runtimeVersion|daprRuntimeVersion)":"[^"]*"/gu, '"$1":"<version>"'],
  [/\b[0-9a-f]{40}\b/gu, "<sha>"],
  [/(127\.0\.0\.1|localhost):\d{4,5}/gu, "$1:<port>"],
  [/"port":\d{4,5}/gu, '"port":<port>'],
];

export function masked(text: string): string {
  let result = text;
  for (const [pattern, instead] of VOLATILE) result = result.replaceAll(pattern, instead);
  return result;
}

/** JSON as it means, numbers as they are written; anything else as its text. */
export function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(masked(text).replaceAll("<port>", "0"));
    if (typeof value === "string") return { text: value };
    if (typeof value !== "object" || value === null) return masked(text);
    const numbers = [...masked(text).matchAll(/:\s*(-?\d[\d.eE+-]*)/gu)].map(([, number]) => number ?? "");
    // An error's words are compared as they are.
    return numbers.length === 0 || "errorCode" in value || /"port":/u.test(text)
      ? value
      : { value, numbers: numbers.toSorted((a, b) => (a < b ? -1 : 1)) };
  } catch {
    return masked(text);
  }
}

/** What matters of an answer: status, type, body, and the headers that mean something. */
export function answerShape(answer: Answer, ownWords = false): unknown {
  const { etag, "content-type": type } = answer.headers;
  const metadata = Object.keys(answer.headers).filter((name) => name.startsWith("metadata."));
  const body = answer.text === "" ? "" : parsed(answer.text);
  return {
    status: answer.status,
    body: ownWords ? (answer.json["errorCode"] ?? body) : body,
    ...(answer.text === "" ? {} : { type }),
    ...(etag === undefined ? {} : { etag: /^"?\d+"?$/u.test(etag) ? etag : masked(etag) }),
    ...(metadata.length === 0 ? {} : { metadata: metadata.toSorted() }),
  };
}

const HEADERS =
  /^(?:content-type|pubsubname|traceparent|tracestate|rawpayload|ttlinseconds|custom.*|cloudevent.*|dapr-api-token|dapr-app-id)$/u;

/** What matters of a delivery. */
export function deliveryShape(got: Got): unknown {
  const headers = Object.entries(got.headers).filter(([name]) => HEADERS.test(name));
  return {
    method: got.method,
    path: got.path,
    headers: Object.fromEntries(headers.toSorted(([a], [b]) => (a < b ? -1 : 1))),
    event: parsed(got.text),
  };
}
