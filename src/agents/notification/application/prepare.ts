import type { HandlerContext } from "agents-apphost/kit";
import type { Cause, Priority } from "../domain/notification-event.ts";
import { render, subjectFrom } from "../domain/render.ts";
import type { Opening } from "../domain/render.ts";
import type { Notifications, Writer } from "./ports.ts";

/** What is asked for, after it was checked. */
export interface Asked {
  readonly recipient: string;
  readonly channels: readonly string[];
  readonly subject: string | null;
  readonly message: string;
  readonly priority: Priority;
  readonly cause: Cause;
}

/** Stores a notification with its text, so that there is something to send. */
export class Prepare {
  readonly #notifications: Notifications;
  readonly #writer: Writer;

  constructor(notifications: Notifications, writer: Writer) {
    this.#notifications = notifications;
    this.#writer = writer;
  }

  /**
   * Does nothing when the notification exists: the first delivery of the event got this far. Otherwise `requested` and
   * `rendered` are stored together. It is not the end of the handling, so the event in hand stays open.
   */
  async run(ctx: HandlerContext, id: string, asked: Asked): Promise<void> {
    const { state } = await this.#notifications.load(id);
    if (state.at !== "none") return;
    const subject = asked.subject ?? subjectFrom(asked.message);
    const request = { ...asked, subject };
    const opening = await this.#opening(ctx, request);
    const content = render(request, opening);
    await this.#notifications.record(
      ctx,
      id,
      [
        { type: "request", request },
        { type: "render", content },
      ],
      { completes: false },
    );
  }

  /**
   * A caller who waits is told that no model answers and can decide. An event cannot: its notification goes out with the
   * fixed text, which says why.
   */
  async #opening(
    ctx: HandlerContext,
    input: { recipient: string; subject: string; message: string },
  ): Promise<Opening> {
    try {
      const { recipient, subject, message } = input;
      return await this.#writer.open(ctx, { recipient, subject, message });
    } catch (error) {
      if (ctx.event === null || ctx.signal.aborted) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      ctx.log.warn("no model opens this notification, the fixed text is used", { reason });
      return { from: "nobody", reason };
    }
  }
}
