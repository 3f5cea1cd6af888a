import type { PublishRequest } from "../resources/sidecar/sidecar-host.ts";
import { senderEnvironment, spanTarget } from "../plan/telemetry.ts";
import type { Sender, SpanTarget } from "../plan/telemetry.ts";
import type { SpanSender } from "./span-sender.ts";

/** As the environment of the run says. */
export function publishSpansOf(sender: Sender, env: NodeJS.ProcessEnv): PublishSpans {
  const target = spanTarget(env);
  return new PublishSpans(target, target === null ? {} : senderEnvironment(sender, env));
}

/**
 * The span that begins a trace where an event is published by hand. Where no spans are sent nothing is loaded, and a
 * context that came with the request travels as it is.
 */
export class PublishSpans {
  readonly #target: SpanTarget | null;
  readonly #env: Readonly<Record<string, string>>;
  #sender: Promise<SpanSender | null> | null = null;

  /** @param env what names the sender: `OTEL_RESOURCE_ATTRIBUTES` and the like. */
  constructor(target: SpanTarget | null, env: Readonly<Record<string, string>>) {
    this.#target = target;
    this.#env = env;
  }

  async publish(request: PublishRequest, send: (request: PublishRequest) => Promise<void>): Promise<void> {
    const sender = request.raw ? null : await this.#open();
    if (sender === null) return await send(request);
    await sender.around(request, send);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#sender)?.stop();
  }

  #open(): Promise<SpanSender | null> | null {
    const target = this.#target;
    if (target === null || target.protocol === "grpc") return null;
    // An SDK that cannot be loaded is no reason to keep an event back; the agents tell what is wrong with telemetry.
    this.#sender ??= import("./span-sender.ts")
      .then(({ openSpanSender }) => openSpanSender(target, this.#env))
      .catch(() => null);
    return this.#sender;
  }
}
