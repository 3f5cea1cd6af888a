import type { HandlerContext } from "agents-apphost/kit";
import { findInstructions } from "../domain/instructions.ts";
import type { Cause, Priority } from "../domain/notification-event.ts";
import { READABLE, render, subjectFrom } from "../domain/render.ts";
import type { Opening, RenderInput } from "../domain/render.ts";
import type { Notifications, Writer } from "./ports.ts";
import type { ChannelRoute, Router } from "./router.ts";

/** What is asked for, after it was checked. */
export interface Asked {
  readonly recipient: string;
  readonly channels: readonly string[];
  readonly subject: string | null;
  readonly message: string;
  readonly category: string;
  readonly priority: Priority;
  readonly cause: Cause;
}

/** Stores a notification with its text and its ways, so that there is something to send. */
export class Prepare {
  readonly #notifications: Notifications;
  readonly #writer: Writer;
  readonly #router: Router;
  readonly #segments: number;

  constructor(options: {
    readonly notifications: Notifications;
    readonly writer: Writer;
    readonly router: Router;
    /** Parts of a short message, at most. */
    readonly segments: number;
  }) {
    this.#notifications = options.notifications;
    this.#writer = options.writer;
    this.#router = options.router;
    this.#segments = options.segments;
  }

  /**
   * Does nothing when the notification exists: the first delivery of the event got this far. Otherwise all that happens
   * before the first attempt is stored at once. It is not the end of the handling, so the event in hand stays open.
   */
  async run(ctx: HandlerContext, id: string, asked: Asked): Promise<void> {
    const { state } = await this.#notifications.load(id);
    if (state.at !== "none") return;
    const own = asked.subject?.trim() ?? "";
    const subject = READABLE.test(own) ? own : subjectFrom(asked.message);
    const request = { ...asked, subject, lineage: ctx.lineage };
    const routes = await this.#router.routes(request, asked.channels);
    const content = render(request, await this.#opening(ctx, request, routes), this.#segments);
    await this.#notifications.record(
      ctx,
      id,
      [
        { type: "request", request },
        { type: "render", content },
        { type: "route", routes },
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
    { recipient, subject, message }: RenderInput,
    routes: readonly ChannelRoute[],
  ): Promise<Opening> {
    if (routes.every(({ route }) => route.to === "suppress" || route.to === "nowhere")) {
      return { from: "nobody", reason: "nobody is told" };
    }
    const [instruction] = findInstructions(`${recipient}\n${subject}\n${message}`);
    if (instruction !== undefined) {
      return { from: "nobody", reason: `the message speaks to whoever words it: "${instruction.said}"` };
    }
    try {
      return await this.#writer.open(ctx, { recipient, subject, message });
    } catch (error) {
      if (ctx.event === null || ctx.signal.aborted) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      ctx.log.warn("no model opens this notification, the fixed text is used", { reason });
      return { from: "nobody", reason };
    }
  }
}
