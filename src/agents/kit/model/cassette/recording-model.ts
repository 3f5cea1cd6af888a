import type {
  CallOptions,
  ChatModel,
  ChatRequest,
  ChatResponse,
  ChatStream,
  ModelDescription,
} from "../chat-model.ts";
import type { CassetteFolder } from "./cassette-folder.ts";
import { keyOf } from "./cassette.ts";
import { scrub } from "./scrub.ts";

/** Asks a live model and keeps what it answered. What fails is not kept. */
export class RecordingModel implements ChatModel {
  readonly #inner: ChatModel;
  readonly #folder: CassetteFolder;
  readonly #secrets: readonly string[];

  /** @param secrets Values that must not stand in a file that is committed. */
  constructor(inner: ChatModel, folder: CassetteFolder, secrets: readonly string[]) {
    this.#inner = inner;
    this.#folder = folder;
    this.#secrets = secrets;
  }

  async generate(request: ChatRequest, options: CallOptions): Promise<ChatResponse> {
    return await this.#keep(request, await this.#inner.generate(request, options));
  }

  /** What is not read to its end is not kept. */
  async *stream(request: ChatRequest, options: CallOptions): ChatStream {
    return await this.#keep(request, yield* this.#inner.stream(request, options));
  }

  describe(): ModelDescription {
    const inner = this.#inner.describe();
    return {
      ...inner,
      mode: "record",
      reason: `${inner.reason}; answers are kept in ${this.#folder.folder}`,
    };
  }

  async #keep(request: ChatRequest, response: ChatResponse): Promise<ChatResponse> {
    const { text, finishReason, usage } = response;
    const { model } = this.#inner.describe();
    const clean = scrub(request, this.#secrets);
    await this.#folder.keep(request, {
      schema: "agents.cassette/v1",
      key: keyOf(clean, model),
      promptRef: request.promptRef ?? null,
      model,
      messages: clean.messages,
      response: { text, finishReason, usage },
    });
    return response;
  }
}
