import type { Channel, OutgoingMessage, SendResult } from "../../application/ports.ts";
import { enhancedCodeForHttp } from "../../domain/delivery-status.ts";

const TIMEOUT_MS = 10_000;

/** POSTs notifications as JSON to a URL. The id goes along as `Idempotency-Key`, for the receiver to know repetitions. */
export class WebhookChannel implements Channel {
  readonly name = "webhook";
  readonly #url: URL;

  constructor(url: URL) {
    this.#url = url;
  }

  async send(message: OutgoingMessage, signal: AbortSignal): Promise<SendResult> {
    try {
      const response = await fetch(this.#url, {
        method: "POST",
        headers: { "content-type": "application/json", "idempotency-key": message.id },
        body: JSON.stringify(message),
        redirect: "error",
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      await response.body?.cancel();
      return { code: enhancedCodeForHttp(response.status), detail: `HTTP ${response.status}` };
    } catch (error) {
      if (signal.aborted) throw error;
      // RFC 3463 §3.5: 4.4.1 no answer from host.
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      return { code: "4.4.1", detail: cause instanceof Error ? cause.message : String(cause) };
    }
  }
}
