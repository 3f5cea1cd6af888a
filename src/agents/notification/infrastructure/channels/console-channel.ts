import type { Logger } from "agents-apphost/kit";
import type { Channel, OutgoingMessage, SendResult } from "../../application/ports.ts";

/** Writes notifications to the agent's log. A log line cannot be taken back: after a crash it may be there twice. */
export class ConsoleChannel implements Channel {
  readonly name = "console";
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  send(message: OutgoingMessage): Promise<SendResult> {
    const { id, recipient, subject, priority, correlationId } = message;
    this.#log.info("notification", { id, to: recipient, subject, priority, correlationId });
    return Promise.resolve({ code: "2.0.0", detail: "written to the log" });
  }
}
