import type { SendResult } from "../../application/ports.ts";
import { enhancedCodeForHttp } from "../../domain/delivery-status.ts";
import { parseRetryAfter } from "../../domain/retry.ts";

const TIMEOUT_MS = 10_000;
/** Nobody needs more of an answer. */
const ANSWER_BYTES = 64 * 1024;

/** One POST of a channel. */
export interface Post {
  readonly url: URL;
  /** Goes along as `Idempotency-Key`, for the receiver to know repetitions. */
  readonly key: string;
  /** Sent as `Authorization: Bearer`; null for none. */
  readonly token?: string | null;
  readonly body: unknown;
  readonly signal: AbortSignal;
}

/** What came back: a code that says what to do next, and the text of the answer. */
export interface Posted extends SendResult {
  readonly answer: string;
}

/**
 * POSTs JSON and says in the language of all channels how it went. Redirects are not followed: a hook that has moved is a
 * setting that is wrong, and its secret is in the URL. The URL is never part of what is told.
 */
export async function postJson({ url, key, token, body, signal }: Post): Promise<Posted> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "idempotency-key": key,
        ...(token === undefined || token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    const answer = await readSome(response);
    const { status } = response;
    const retryAfterMs = parseRetryAfter(response.headers.get("retry-after"), Date.now());
    return { code: enhancedCodeForHttp(status), detail: `HTTP ${status}`, retryAfterMs, answer };
  } catch (error) {
    if (signal.aborted) throw error;
    // RFC 3463 §3.5: 4.4.1 no answer from host.
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const detail = cause instanceof Error ? cause.message : String(cause);
    return { code: "4.4.1", detail, retryAfterMs: null, answer: "" };
  }
}

/** What breaks off in the middle says as much as it has: the status came before it, and is what counts. */
async function readSome(response: Response): Promise<string> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const chunk of response.body) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > ANSWER_BYTES) break;
    }
  } catch {
    return text;
  }
  return text;
}
