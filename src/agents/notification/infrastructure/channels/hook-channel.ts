import type { Channel, OutgoingMessage, SendResult } from "../../application/ports.ts";
import { postJson } from "./post-json.ts";

/** POSTs notifications to one URL that was configured, in the shape that is wanted there. */
export class HookChannel implements Channel {
  readonly name: string;
  readonly #url: URL;
  readonly #shape: (message: OutgoingMessage) => unknown;

  constructor(name: string, url: URL, shape: (message: OutgoingMessage) => unknown) {
    this.name = name;
    this.#url = url;
    this.#shape = shape;
  }

  async send(message: OutgoingMessage, signal: AbortSignal): Promise<SendResult> {
    const { answer, ...result } = await postJson({
      url: this.#url,
      key: message.id,
      body: this.#shape(message),
      signal,
    });
    // Chat services say in a word what they do not like: "invalid_payload", "channel_is_archived".
    const word = answer.trim();
    const said = result.code.startsWith("2.") || !/^[\w .:-]{1,80}$/.test(word) ? "" : `: ${word}`;
    return { ...result, detail: `${result.detail ?? ""}${said}` };
  }
}
