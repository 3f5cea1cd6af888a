import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { connect } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { once } from "node:events";
import t from "tap";
import type { Test } from "tap";
import type { ChatRequest } from "../../../src/agents/kit/model/chat-model.ts";
import { LIMITS } from "../../../src/agents/kit/model/around/deadlines.ts";
import type { Limits } from "../../../src/agents/kit/model/around/deadlines.ts";
import { LimitingModel } from "../../../src/agents/kit/model/around/limiting-model.ts";
import { unreachable } from "../../../src/agents/kit/model/ollama-errors.ts";
import { OllamaModel } from "../../../src/agents/kit/model/ollama-model.ts";
import { freePort } from "../../helpers/free-port.ts";
import { noOllama, startOllama } from "../../helpers/ollama.ts";

const never = new AbortController().signal;
const ask = (content: string, more: Partial<ChatRequest> = {}): ChatRequest => ({
  messages: [{ role: "user", content }],
  ...more,
});
const model = (url: string, name: string, limits: Partial<Limits> = {}) =>
  new LimitingModel(
    new OllamaModel({ url, model: name, reason: "a test" }),
    { ...LIMITS, ...limits },
    (why) => unreachable(url, why),
  );

const GREETING = {
  type: "object",
  required: ["greeting", "times"],
  properties: { greeting: { type: "string", minLength: 3 }, times: { type: "integer" } },
};
/** The model says about ten characters a second under a schema: this takes minutes, unless it is stopped. */
const LONG = { type: "array", minItems: 100, items: { type: "string", minLength: 20 } };

const why = noOllama();
void t.test("a real Ollama", { skip: why ?? false }, async (t) => {
  const ollama = await startOllama(t, {
    OLLAMA_NUM_PARALLEL: "1",
    OLLAMA_MAX_QUEUE: "1",
    OLLAMA_MAX_LOADED_MODELS: "1",
  });
  await ollama.create("llama3.2:3b");
  const chat = model(ollama.url, "llama3.2:3b");

  await t.test("answers free text, and says how it ended and what it has read", async (t) => {
    t.match(await chat.generate(ask("Hello"), { signal: never }), {
      text: "ok",
      finishReason: "stop",
      usage: { input: /^\d+$/, output: /^\d+$/ },
      model: "llama3.2:3b",
      generatedBy: "live",
    });
  });

  await t.test("answers with a document that fits the schema", async (t) => {
    const { text } = await chat.generate(ask("Hello", { outputSchema: GREETING }), { signal: never });
    const answer = JSON.parse(text) as Record<string, unknown>;
    t.type(answer["greeting"], "string");
    t.ok(String(answer["greeting"]).length >= 3);
    t.ok(Number.isInteger(answer["times"]), text);
  });

  await t.test("gives its answer piece by piece", async (t) => {
    const pieces: string[] = [];
    for await (const piece of chat.stream(ask("Hello", { outputSchema: GREETING }), { signal: never }))
      pieces.push(piece);
    t.ok(pieces.length > 3, `${pieces.length} pieces`);
    t.type((JSON.parse(pieces.join("")) as Record<string, unknown>)["greeting"], "string");
  });

  await t.test("stops when it has said as much as it may", async (t) => {
    const request = ask("Hello", { outputSchema: LONG, maxOutputTokens: 5 });
    t.match(await chat.generate(request, { signal: never }), {
      finishReason: "length",
      usage: { output: 5 },
    });
  });

  await t.test("is given up when the caller has gone, and has time for others again", async (t) => {
    const caller = new AbortController();
    const pieces = chat.stream(ask("Hello", { outputSchema: LONG }), { signal: caller.signal });
    const reading = (async () => {
      for await (const piece of pieces) if (piece !== "") caller.abort(new Error("the caller has gone"));
    })();
    await t.rejects(reading, { message: "the caller has gone" });
    t.match(await chat.generate(ask("Hello"), { signal: never }), { text: "ok" }, "its one place is free");

    for await (const piece of chat.stream(ask("Hello", { outputSchema: LONG }), { signal: never })) {
      t.type(piece, "string");
      break;
    }
    t.match(
      await chat.generate(ask("Hello"), { signal: never }),
      { text: "ok" },
      "so it is when nobody reads on",
    );
  });

  await t.test("has a context that the prompt fits into, and cuts nothing off to make it fit", async (t) => {
    await chat.generate(ask("Hello"), { signal: never });
    const loaded: unknown = await (await fetch(`${ollama.url}/api/ps`)).json();
    t.match(
      loaded,
      { models: [{ name: "llama3.2:3b", context_length: 8192 }] },
      "Ollama's own would be 4096",
    );
    const words = "word ".repeat(100);
    const small = ask(words, { overrides: { ollama: { num_ctx: 64 } } });
    await t.rejects(chat.generate(small, { signal: never }), {
      name: "ModelUnavailable",
      reason: "context-truncated",
      message: /does not fit into the context of llama3\.2:3b/,
      hint: /num_ctx/,
    });
  });

  await t.test("says that a model is missing, and how to get it", async (t) => {
    await t.rejects(model(ollama.url, "qwen3:4b").generate(ask("Hello"), { signal: never }), {
      reason: "model-missing",
      message: `Ollama at ${ollama.url} does not have the model qwen3:4b.`,
      hint: "Run: ollama pull qwen3:4b",
    });
  });

  await t.test("keeps the limits of a call apart", async (t) => {
    await t.rejects(
      model(ollama.url, "llama3.2:3b", { firstToken: 1 }).generate(ask("Hello"), { signal: never }),
      {
        reason: "timeout",
        message: /no first word within 1 ms/,
      },
    );
    const slow = ask("Hello", { outputSchema: LONG });
    await t.rejects(model(ollama.url, "llama3.2:3b", { total: 1500 }).generate(slow, { signal: never }), {
      reason: "timeout",
      message: /no complete answer within 1\.5 s/,
    });
  });

  await t.test("is busy when too many wait", async (t) => {
    const caller = new AbortController();
    const first = chat.stream(ask("Hello", { outputSchema: LONG }), { signal: caller.signal });
    const iterator = first[Symbol.asyncIterator]();
    await iterator.next();
    // With another context the model has to be loaded anew, when the first is done: one waits for that, one more in the queue.
    const anew = ask("Hello", { overrides: { ollama: { num_ctx: 2048 } } });
    const waiting = [1, 2, 3, 4].map(() => chat.generate(anew, { signal: caller.signal }));
    const refused = await Promise.any(
      waiting.map((one) =>
        one.then(
          () => Promise.reject(new Error("it was answered")),
          (error: unknown) => error,
        ),
      ),
    );
    t.match(refused, { reason: "overloaded", message: /busy/, hint: /in a moment/ });
    caller.abort();
    await Promise.allSettled([...waiting, iterator.next()]);
  });
});

/** Listens, and never takes a connection from the queue of the system: it is suspended. */
async function deaf(t: Test): Promise<number> {
  const code = `const server = require("node:net").createServer().listen(
    { port: 0, host: "127.0.0.1", backlog: 1 }, () => console.log(server.address().port));`;
  const child = spawn(process.execPath, ["-e", code], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  t.teardown(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const [line] = (await once(child.stdout.setEncoding("utf8"), "data")) as [string];
  child.kill("SIGSTOP");
  const port = Number(line);
  const queued: Socket[] = [];
  t.teardown(() => queued.forEach((socket) => socket.destroy()));
  // The queue is full when one is not taken any more.
  for (let open = true; open;) {
    const socket = connect(port, "127.0.0.1");
    queued.push(socket);
    const taken = once(socket, "connect").then(() => true);
    open = await Promise.race([
      taken,
      new Promise<false>((resolve) => setTimeout(() => resolve(false), 300)),
    ]);
  }
  return port;
}

void t.test("who does not take the connection is not waited for as a slow model is", async (t) => {
  const port = await deaf(t);
  const url = `http://127.0.0.1:${port}`;
  const started = performance.now();
  await t.rejects(model(url, "tiny:1b").generate(ask("Hello"), { signal: never }), {
    reason: "ollama-unreachable",
    message: `Ollama at ${url} cannot be reached (no connection within 2 s).`,
    hint: /ollama serve/,
  });
  const took = performance.now() - started;
  t.ok(took > 1900 && took < 20_000, `${Math.round(took)} ms`);
  const closed = `http://127.0.0.1:${await freePort()}`;
  await t.rejects(model(closed, "tiny:1b").generate(ask("Hello"), { signal: never }), {
    reason: "ollama-unreachable",
    message: /ECONNREFUSED/,
  });
});

void t.test("an answer that stands still is given up", async (t) => {
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "application/x-ndjson" });
    response.write(`${JSON.stringify({ message: { role: "assistant", content: "o" }, done: false })}\n`);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  await t.rejects(
    model(`http://127.0.0.1:${port}`, "tiny:1b", { idle: 200 }).generate(ask("Hello"), { signal: never }),
    {
      reason: "timeout",
      message: /the answer stood still for 200 ms/,
    },
  );
});

function timers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
}

void t.test("a caller who has given up and reads no further leaves nothing behind", async (t) => {
  const part = JSON.stringify({ message: { role: "assistant", content: "o" }, done: false });
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "application/x-ndjson" });
    response.write(`${part}\n`.repeat(5));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const caller = new AbortController();
  const before = timers();
  const asked = model(`http://127.0.0.1:${port}`, "tiny:1b").stream(ask("Hello"), { signal: caller.signal });
  const pieces = asked[Symbol.asyncIterator]();
  t.same(await pieces.next(), { value: "o", done: false });
  t.ok(timers() > before, "its time is limited");
  caller.abort();
  t.equal(timers(), before);
  t.same(await pieces.next(), { value: "o", done: false }, "what had come before is still there to be read");
  t.equal(timers(), before, "and begins no new wait");
});
