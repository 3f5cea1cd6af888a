import type {
  CallOptions,
  ChatModel,
  ChatRequest,
  ChatResponse,
  ChatStream,
  ModelDescription,
} from "../chat-model.ts";
import { ModelUnavailable } from "../chat-model.ts";
import type { CassetteFolder } from "./cassette-folder.ts";
import { keyOf } from "./cassette.ts";
import { nearest } from "./nearest.ts";
import { scrub } from "./scrub.ts";
import { renewVolatile, volatileParts } from "./volatile.ts";

/** Answers with what was recorded, and never asks a model: what was not recorded is an error that names what comes next to it. */
export class ReplayModel implements ChatModel {
  readonly #folder: CassetteFolder;
  readonly #model: string | null;
  readonly #secrets: readonly string[];

  /** @param model The model that was recorded: the one that the configuration names. */
  constructor(folder: CassetteFolder, model: string | null, secrets: readonly string[]) {
    this.#folder = folder;
    this.#model = model;
    this.#secrets = secrets;
  }

  async generate(request: ChatRequest, { signal }: CallOptions): Promise<ChatResponse> {
    signal.throwIfAborted();
    const clean = scrub(request, this.#secrets);
    const found = await this.#folder.find(clean, keyOf(clean, this.#model));
    if (found === null) throw await this.#missing(clean);
    const text = renewVolatile(found.response.text, partsOf(found.messages), partsOf(clean.messages));
    const { finishReason } = found.response;
    const usage = { input: 0, output: 0 }; // what was used for it was counted when it was recorded
    return { text, finishReason, usage, model: found.model, generatedBy: "cassette" };
  }

  /** In one piece. */
  async *stream(request: ChatRequest, options: CallOptions): ChatStream {
    const response = await this.generate(request, options);
    yield response.text;
    return response;
  }

  describe(): ModelDescription {
    const reason = `answers are played from ${this.#folder.folder}`;
    return { mode: "replay", generatedBy: "cassette", model: this.#model, reason };
  }

  async #missing(request: ChatRequest): Promise<ModelUnavailable> {
    const of = request.promptRef ?? "this request";
    const all = await this.#folder.all();
    const near = nearest(request.messages, all);
    const why =
      near === null
        ? all.size === 0
          ? `there are none in ${this.#folder.folder}`
          : "none has the same model, schema and settings"
        : `the nearest, ${near.name}, differs in its message ${near.message} (${near.role}): recorded ${JSON.stringify(near.recorded)}, asked ${JSON.stringify(near.asked)}`;
    return new ModelUnavailable(
      "cassette-missing",
      `No cassette answers ${of}: ${why}.`,
      "Record it with: agents up --llm record",
    );
  }
}

function partsOf(messages: ChatRequest["messages"]): readonly string[] {
  return volatileParts(messages.map(({ content }) => content));
}
