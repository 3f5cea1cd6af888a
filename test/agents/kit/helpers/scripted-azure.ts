import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Test } from "tap";
import { trusted } from "../../../../src/agents/kit/process/trusted.ts";

/** A request as Azure OpenAI gets it. */
export interface AzureAsked {
  readonly path: string;
  readonly apiKey: string | undefined;
  readonly authorization: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

/** One answer: its text, or what goes wrong. */
export type AzureScripted =
  /** `stalls`: half of it, and then nothing; `breaks`: half of it, and the end of the connection. */
  | { readonly text: string; readonly finish?: string; readonly ending?: "stalls" | "breaks" }
  /** What goes wrong while it answers. */
  | { readonly text: string; readonly fails: object }
  | { readonly status: number; readonly error: object; readonly headers?: Record<string, string> }
  | { readonly hang: true };

/** A server in the wire format of Azure OpenAI's chat completions, streamed; answers in order, the last one repeats. */
export async function scriptedAzure(
  t: Test,
  answers: AzureScripted[],
): Promise<{ env: Record<string, string>; asked: AzureAsked[]; gone: Promise<void>; close: () => void }> {
  const asked: AzureAsked[] = [];
  const { promise: gone, resolve } = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    response.once("close", () => {
      if (!response.writableEnded) resolve();
    });
    let text = "";
    request.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    request.on("end", () => {
      const { authorization } = request.headers;
      const apiKey = request.headers["api-key"]?.toString();
      asked.push({ path: request.url ?? "", apiKey, authorization, body: trusted(JSON.parse(text)) });
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (answer !== undefined) reply(response, answer);
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  t.teardown(close);
  const { port } = trusted<AddressInfo>(server.address());
  const env = {
    AZURE_OPENAI_ENDPOINT: `http://127.0.0.1:${port}`,
    AZURE_OPENAI_DEPLOYMENT: "gpt-test",
    AZURE_OPENAI_API_KEY: "a-key-of-the-test",
  };
  return { asked, gone, env, close };
}

function reply(response: ServerResponse, answer: AzureScripted): void {
  if ("hang" in answer) return;
  if ("status" in answer) {
    response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
    response.end(JSON.stringify({ error: answer.error }));
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  const chunk = (choices: readonly object[], more: object = {}): void => {
    const part = {
      id: "c1",
      object: "chat.completion.chunk",
      created: 1,
      model: "gpt-test",
      choices,
      ...more,
    };
    response.write(`data: ${JSON.stringify(part)}\n\n`);
  };
  // As the real one: a first chunk without choices tells what the content filter said of the prompt.
  chunk([], { prompt_filter_results: [] });
  const half = Math.ceil(answer.text.length / 2);
  const say = (content: string): void =>
    chunk([{ index: 0, delta: { role: "assistant", content }, finish_reason: null }]);
  say(answer.text.slice(0, half));
  if ("fails" in answer) {
    response.end(`data: ${JSON.stringify({ error: answer.fails })}\n\n`);
    return;
  }
  if (answer.ending === "breaks") response.end();
  if (answer.ending !== undefined) return;
  say(answer.text.slice(half));
  // As an asynchronous content filter says what it thinks: a choice without a delta.
  chunk([{ index: 0, finish_reason: null, content_filter_results: {}, content_filter_offsets: {} }]);
  chunk([{ index: 0, delta: {}, finish_reason: answer.finish ?? "stop" }]);
  chunk([], { usage: { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 } });
  response.end("data: [DONE]\n\n");
}
