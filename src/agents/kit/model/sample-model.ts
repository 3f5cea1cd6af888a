import { createHash } from "node:crypto";
import type {
  CallOptions,
  ChatModel,
  ChatRequest,
  ChatResponse,
  ChatStream,
  ModelDescription,
} from "./chat-model.ts";
import { SAMPLE_MARK } from "./sample-mark.ts";
import { sampleValue } from "./sample-value.ts";

/**
 * The model that is no model: answers at once, the same for the same request, in the shape that is asked for, and marked
 * as a sample wherever there is room for it. Where the prompt file has an example for exactly this input, the example's
 * output is the answer.
 */
export class SampleModel implements ChatModel {
  readonly #reason: string;

  constructor(reason: string) {
    this.#reason = reason;
  }

  generate(request: ChatRequest, { signal }: CallOptions): Promise<ChatResponse> {
    signal.throwIfAborted();
    return Promise.resolve({
      text: this.#answer(request),
      finishReason: "stop",
      usage: { input: null, output: null },
      model: null,
      generatedBy: "sample",
    });
  }

  async *stream(request: ChatRequest, options: CallOptions): ChatStream {
    const response = await this.generate(request, options);
    for (const piece of response.text.split(/(?<=\s)/)) yield piece;
    return response;
  }

  describe(): ModelDescription {
    return { mode: "sample", generatedBy: "sample", model: null, reason: this.#reason };
  }

  #answer(request: ChatRequest): string {
    const { exampleOutput, outputSchema, messages, promptRef } = request;
    if (exampleOutput !== undefined) return JSON.stringify(exampleOutput);
    const seed = createHash("sha256").update(JSON.stringify({ messages, outputSchema })).digest();
    if (outputSchema === undefined) return `${SAMPLE_MARK} An answer to ${promptRef ?? "the request"}.`;
    return JSON.stringify(sampleValue(outputSchema, seed));
  }
}
