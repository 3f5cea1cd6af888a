import t from "tap";
import type { Test } from "tap";
import { createLogger } from "../../../src/agents/kit/log/logger.ts";
import { CircuitBreakerModel } from "../../../src/agents/kit/model/around/circuit-breaker-model.ts";
import { LIMITS } from "../../../src/agents/kit/model/around/deadlines.ts";
import { LimitingModel } from "../../../src/agents/kit/model/around/limiting-model.ts";
import { AzureModel } from "../../../src/agents/kit/model/azure-model.ts";
import type { ChatModel, ChatRequest, ChatStream } from "../../../src/agents/kit/model/chat-model.ts";
import { wholeOf } from "../../../src/agents/kit/model/chat-stream.ts";
import { OllamaModel } from "../../../src/agents/kit/model/ollama-model.ts";
import { selectModel } from "../../../src/agents/kit/model/select-model.ts";
import { openTelemetry } from "../../../src/agents/kit/telemetry/open-telemetry.ts";
import { startCollector } from "../../helpers/collector.ts";
import { scriptedAzure } from "./helpers/scripted-azure.ts";
import { scriptedOllama } from "./helpers/scripted-ollama.ts";
import { sendingTo, spansCalled } from "./helpers/telemetry.ts";

/** What both servers can be told to answer. */
type Answer =
  | { readonly text: string; readonly ending?: "stalls" | "breaks" }
  | { readonly hang: true }
  | { readonly busy: true };

const never = new AbortController().signal;
const HELLO: ChatRequest = { messages: [{ role: "user", content: "Hello" }], promptRef: "greet@1.0.0+abc" };
/** A token that is read costs 1. */
const price = { input: 1_000_000, output: 0 };
const PRICES = JSON.stringify({ "tiny:1b": price, "gpt-test": price });

/** The two providers: a server in the wire format of each, and what its count of tokens is. */
const PROVIDERS = {
  ollama: {
    input: 50,
    start: async (t: Test, answers: readonly Answer[]) =>
      await scriptedOllama(
        t,
        answers.map((each) => ("busy" in each ? { status: 503, error: "server busy" } : { ...each })),
      ),
    alone: (env: Record<string, string>): ChatModel =>
      new OllamaModel({ url: String(env["OLLAMA_URL"]), model: "tiny:1b", reason: "a test" }),
  },
  azure: {
    input: 12,
    start: async (t: Test, answers: readonly Answer[]) =>
      await scriptedAzure(
        t,
        answers.map((each) =>
          "busy" in each
            ? { status: 429, error: { message: "later" }, headers: { "retry-after-ms": "1" } }
            : { ...each },
        ),
      ),
    alone: (env: Record<string, string>): ChatModel =>
      new AzureModel({
        endpoint: String(env["AZURE_OPENAI_ENDPOINT"]),
        deployment: "gpt-test",
        apiVersion: "2024-10-21",
        apiKey: "a-key",
      }),
  },
} as const;

/** The model of an agent, with all that is around it, and the lines that it logs. */
function chosen(env: Record<string, string>): { model: ChatModel; lines: string[] } {
  const lines: string[] = [];
  const log = createLogger((line) => lines.push(line), "debug");
  const all = { AGENTS_LLM_MODE: "live", AGENTS_MODEL_PRICES: PRICES, ...env };
  return { lines, model: selectModel({ agent: "greeter", env: all, production: false, log }) };
}

async function piecesOf(stream: ChatStream): Promise<string[]> {
  const pieces: string[] = [];
  for await (const piece of stream) pieces.push(piece);
  return pieces;
}

/** Reads one piece and no further. */
async function readOne(stream: ChatStream): Promise<string> {
  for await (const piece of stream) return piece;
  return "";
}

for (const [name, provider] of Object.entries(PROVIDERS)) {
  void t.test(`${name}: an answer comes piece by piece, and its whole is counted at its end`, async (t) => {
    const { env, asked } = await provider.start(t, [{ text: "Hello, Eve" }]);
    const { model, lines } = chosen(env);
    t.same(await piecesOf(model.stream(HELLO, { signal: never })), ["Hello", ", Eve"]);
    const whole = await wholeOf(model.stream(HELLO, { signal: never }));
    t.match(whole, {
      text: "Hello, Eve",
      finishReason: "stop",
      usage: { input: provider.input, output: 5 },
      generatedBy: "live",
    });
    t.same(await model.generate(HELLO, { signal: never }), whole, "the same as asked for in one piece");
    t.equal(asked.length, 3);
    t.match(model.describe().usage, {
      calls: 3,
      failures: 0,
      inputTokens: 3 * provider.input,
      outputTokens: 15,
      cost: 3 * provider.input,
    });
    const said = lines.filter((line) => line.includes("a model has answered"));
    t.equal(said.length, 3);
    t.match(said[0], `prompt=greet@1.0.0+abc`);
    t.match(said[0], `inputTokens=${provider.input} outputTokens=5 cost=${provider.input}`);
  });

  void t.test(`${name}: who reads no further stops the model, and it was a call all the same`, async (t) => {
    const { env, gone } = await provider.start(t, [{ text: "Hello, Eve", ending: "stalls" }]);
    const { model, lines } = chosen(env);
    t.equal(await readOne(model.stream(HELLO, { signal: never })), "Hello");
    await t.resolves(gone, "the connection is closed");
    t.match(model.describe().usage, { calls: 1, failures: 0, inputTokens: 0, cost: null });
    t.match(lines.join("\n"), "a model's answer was not read to its end");
  });

  void t.test(`${name}: who gives up while it waits gets their own reason`, async (t) => {
    const { env, gone, asked } = await provider.start(t, [{ text: "Hello, Eve", ending: "stalls" }]);
    const { model } = chosen(env);
    const caller = new AbortController();
    const pieces = model.stream(HELLO, { signal: caller.signal });
    await pieces.next();
    const next = pieces.next();
    caller.abort(new Error("the caller has gone"));
    await t.rejects(next, { message: "the caller has gone" });
    await t.resolves(gone);
    t.equal(asked.length, 1);
    t.match(model.describe().usage, { calls: 1, failures: 1 });
  });

  void t.test(`${name}: an answer that stands still is given up, however it is read`, async (t) => {
    const { env } = await provider.start(t, [{ text: "Hello, Eve", ending: "stalls" }]);
    const model = new LimitingModel(provider.alone(env), { ...LIMITS, idle: 200 }, null);
    const tooSlow = { name: "ModelUnavailable", reason: "timeout", message: /stood still for 200 ms/ };
    await t.rejects(piecesOf(model.stream(HELLO, { signal: never })), tooSlow);
    await t.rejects(model.generate(HELLO, { signal: never }), tooSlow, "half an answer is none");
  });

  void t.test(`${name}: without a first word a call is given up, and is not made again`, async (t) => {
    const { env, asked, gone } = await provider.start(t, [{ hang: true }]);
    const model = new LimitingModel(provider.alone(env), { ...LIMITS, firstToken: 200 }, null);
    await t.rejects(piecesOf(model.stream(HELLO, { signal: never })), {
      reason: "timeout",
      message: /no first word within 200 ms/,
    });
    await t.resolves(gone);
    t.equal(asked.length, 1);
  });

  void t.test(`${name}: a reader who takes their time is no slow model`, async (t) => {
    const { env } = await provider.start(t, [{ text: "Hello, Eve" }]);
    const model = new LimitingModel(provider.alone(env), { ...LIMITS, idle: 50 }, null);
    const pieces: string[] = [];
    for await (const piece of model.stream(HELLO, { signal: never })) {
      pieces.push(piece);
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    t.same(pieces, ["Hello", ", Eve"]);
  });

  void t.test(`${name}: an answer that breaks off is an error, and no short answer`, async (t) => {
    const { env, asked } = await provider.start(t, [{ text: "Hello, Eve", ending: "breaks" }]);
    const { model } = chosen(env);
    const pieces: string[] = [];
    const reading = (async () => {
      for await (const piece of model.stream(HELLO, { signal: never })) pieces.push(piece);
    })();
    await t.rejects(reading, { name: "ModelUnavailable", reason: "model-error" });
    t.same(pieces, ["Hello"]);
    await t.rejects(model.generate(HELLO, { signal: never }), {
      name: "ModelUnavailable",
      reason: "model-error",
    });
    t.equal(asked.length, 2, "what is out cannot be taken back: it is not tried again");
    t.match(model.describe().usage, { calls: 2, failures: 2 });
  });

  void t.test(`${name}: a busy model is asked again until the first piece has come`, async (t) => {
    const { env, asked } = await provider.start(t, [{ busy: true }, { busy: true }, { text: "Hello, Eve" }]);
    const { model } = chosen(env);
    t.same(await piecesOf(model.stream(HELLO, { signal: never })), ["Hello", ", Eve"]);
    t.equal(asked.length, 3);
    t.match(model.describe().usage, { calls: 1, failures: 0 });
  });

  void t.test(`${name}: an answer is kept when it was read to its end`, async (t) => {
    const { env, asked } = await provider.start(t, [{ text: "Hello, Eve" }]);
    const { model } = chosen(env);
    const kept: ChatRequest = { ...HELLO, cacheSeconds: 60 };
    await readOne(model.stream(kept, { signal: never }));
    t.same(await piecesOf(model.stream(kept, { signal: never })), ["Hello", ", Eve"]);
    t.equal(asked.length, 2, "the first was left");
    t.same(await piecesOf(model.stream(kept, { signal: never })), ["Hello, Eve"]);
    t.match(await model.generate(kept, { signal: never }), {
      text: "Hello, Eve",
      usage: { input: 0, output: 0 },
    });
    t.equal(asked.length, 2);
    await model.generate({ ...kept, temperature: 1 }, { signal: never });
    t.equal(asked.length, 3, "another question");
    const gone = AbortSignal.abort(new Error("the caller has gone"));
    await t.rejects(piecesOf(model.stream(kept, { signal: gone })), { message: "the caller has gone" });
  });

  void t.test(`${name}: what was recorded from a stream is played back, at no cost`, async (t) => {
    const { env, asked } = await provider.start(t, [{ text: "Hello, Eve" }]);
    const cassettes = { ...env, AGENTS_CASSETTES_DIR: t.testdir() };
    const { model: recording } = chosen({ ...cassettes, AGENTS_LLM_MODE: "record" });
    t.same(await piecesOf(recording.stream(HELLO, { signal: never })), ["Hello", ", Eve"]);
    const { model: replaying } = chosen({ ...cassettes, AGENTS_LLM_MODE: "replay" });
    t.same(await piecesOf(replaying.stream(HELLO, { signal: never })), ["Hello, Eve"]);
    t.match(await replaying.generate(HELLO, { signal: never }), {
      text: "Hello, Eve",
      generatedBy: "cassette",
    });
    t.equal(asked.length, 1);
    t.match(replaying.describe().usage, { calls: 2, inputTokens: 0, outputTokens: 0, cost: 0 });
    t.match(recording.describe().usage, { calls: 1, inputTokens: provider.input });
  });

  void t.test(`${name}: the breaker learns from streams, and from those that were left`, async (t) => {
    const answers: Answer[] = [{ busy: true }, { busy: true }, { text: "Hello, Eve" }];
    const { env, asked } = await provider.start(t, answers);
    let now = 0;
    const model = new CircuitBreakerModel(provider.alone(env), {
      threshold: 2,
      openMs: 1000,
      now: () => now,
    });
    const ask = (): ChatStream => model.stream(HELLO, { signal: never });
    await t.rejects(piecesOf(ask()), { name: "ModelUnavailable", reason: "overloaded" });
    await t.rejects(model.generate(HELLO, { signal: never }), {
      name: "ModelUnavailable",
      reason: "overloaded",
    });
    await t.rejects(piecesOf(ask()), {
      name: "ModelUnavailable",
      reason: "circuit-open",
      retryAfterMs: 1000,
    });
    t.equal(asked.length, 2, "it is left alone");
    now = 1000;
    const trial = ask();
    await trial.next();
    await t.rejects(
      piecesOf(ask()),
      { name: "ModelUnavailable", reason: "circuit-open" },
      "one call tries it",
    );
    await trial.return(await wholeOf(provider.alone(env).stream(HELLO, { signal: never })));
    t.same(await piecesOf(ask()), ["Hello", ", Eve"], "who has left has read something: it answers again");
  });

  void t.test(`${name}: a stream has a span until it was read, with what it has used`, async (t) => {
    const collector = await startCollector(t);
    const { env } = await provider.start(t, [{ text: "Hi" }]);
    const log = createLogger(() => undefined);
    const observing = openTelemetry("greeter", sendingTo(collector.url), log);
    const model = selectModel({ agent: "greeter", env, production: false, log, observing });
    const gone = AbortSignal.abort(new RangeError("the caller has gone"));
    await t.rejects(piecesOf(model.stream(HELLO, { signal: gone })), { message: "the caller has gone" });
    await piecesOf(model.stream(HELLO, { signal: never }));
    await readOne(model.stream(HELLO, { signal: never }));
    await observing.telemetry.stop();
    const [first, second, third] = await spansCalled(collector, `chat ${model.describe().model}`, 3);
    t.match(first, { status: 2, attributes: { "error.type": "RangeError", "gen_ai.request.stream": true } });
    t.match(second, {
      status: 0,
      attributes: {
        "gen_ai.usage.input_tokens": provider.input,
        "gen_ai.usage.output_tokens": 5,
        "gen_ai.response.finish_reasons": ["stop"],
        "agents.llm.generated_by": "live",
        "agents.prompt.ref": "greet@1.0.0+abc",
      },
    });
    t.equal(third?.status, 0, "to be left is no failure");
    t.notOk("gen_ai.usage.output_tokens" in (third?.attributes ?? {}));
    const readings = await observing.metrics.read();
    const tokens = readings.find((each) => each.name === "gen_ai.client.token.usage");
    t.equal(tokens?.points.length, 2, "input and output of the one that was read");
    const durations = readings.find((each) => each.name === "gen_ai.client.operation.duration");
    t.equal(durations?.points.length, 3);
  });
}

void t.test("azure: what goes wrong while it answers is told as that", async (t) => {
  const cases = [
    [{ code: "server_error", message: "The server had an error" }, "overloaded"],
    [{ code: "invalid_image", message: "no" }, "model-error"],
    [{ code: "content_filter", message: "no" }, "content-filtered"],
  ] as const;
  for (const [fails, reason] of cases) {
    const { env, asked } = await scriptedAzure(t, [{ text: "Hello, Eve", fails }]);
    const { model } = chosen(env);
    await t.rejects(piecesOf(model.stream(HELLO, { signal: never })), {
      reason,
      message: /failed while it answered|content/,
    });
    t.equal(asked.length, 1);
  }
});
