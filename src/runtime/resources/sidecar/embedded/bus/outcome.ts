/** What happened to one delivery attempt, as far as the wire tells. */
export type Attempt =
  /** The app answered. `body` is cut at 64 KiB. */
  | { readonly at: "answered"; readonly status: number; readonly body: string }
  /** No connection came about: the app never saw the event. */
  | { readonly at: "refused"; readonly message: string }
  /** The connection broke after the app may have seen the event. */
  | { readonly at: "broken"; readonly message: string }
  | { readonly at: "timeout"; readonly afterMs: number }
  /** No request can be made of it. */
  | { readonly at: "unsendable"; readonly message: string };

/** What an attempt means for the delivery. */
export type Outcome =
  | { readonly at: "success" }
  | { readonly at: "drop"; readonly error: string }
  | { readonly at: "retry"; readonly error: string }
  /** It fails the same way each time. */
  | { readonly at: "dead"; readonly error: string }
  /** Does not count: hold deliveries until the app listens again. */
  | { readonly at: "unreachable"; readonly error: string };

/**
 * Reads an attempt by Dapr's rules (https://docs.dapr.io/reference/api/pubsub_api/#expected-http-response): 2xx with an
 * empty, unreadable or SUCCESS body acknowledges, RETRY and unknown statuses are tried again, DROP and 404 are dropped,
 * anything else (a redirect is not followed) is tried again.
 */
export function outcomeOf(attempt: Attempt): Outcome {
  switch (attempt.at) {
    case "answered":
      return judge(attempt.status, attempt.body);
    case "refused":
      return { at: "unreachable", error: attempt.message };
    case "broken":
      return { at: "retry", error: `the connection broke during handling: ${attempt.message}` };
    case "timeout":
      return { at: "retry", error: `no answer after ${attempt.afterMs / 1000} s` };
    case "unsendable":
      return { at: "dead", error: `it cannot be sent: ${attempt.message}` };
    default:
      return attempt satisfies never;
  }
}

function judge(status: number, body: string): Outcome {
  if (status === 404) return { at: "drop", error: "the app answered 404: it has no such route" };
  const answer = fieldsIn(body);
  const because = (what: string): string => withReason(what, answer, body);
  if (status < 200 || status > 299) return { at: "retry", error: because(`the app answered ${status}`) };
  const said = answer["status"] ?? "";
  if (said === "" || said === "SUCCESS") return { at: "success" };
  if (said === "DROP") return { at: "drop", error: because("the app answered DROP") };
  if (said === "RETRY") return { at: "retry", error: because("the app answered RETRY") };
  return { at: "retry", error: `the app answered the unknown status ${said}` };
}

/** The texts of an answer by their names in lower case; none where it is no JSON object. */
function fieldsIn(body: string): Readonly<Record<string, string>> {
  if (!body.includes("{")) return {};
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
    // As Go reads it: names in any case, and of several the last one.
    const last = new Map(
      Object.entries(value).map(([name, field]: [string, unknown]) => [name.toLowerCase(), field]),
    );
    return Object.fromEntries(
      [...last].filter((entry): entry is [string, string] => typeof entry[1] === "string"),
    );
  } catch {
    return {};
  }
}

/** With what the app says of it: a `reason`, the `detail` of a problem document (RFC 9457), or how its answer begins. */
function withReason(
  what: string,
  { reason, detail, status }: Readonly<Record<string, string>>,
  body: string,
): string {
  const said = reason ?? detail ?? (status === undefined ? body : "");
  const start = said.trim().slice(0, 500);
  return start === "" ? what : `${what}: ${start}`;
}
