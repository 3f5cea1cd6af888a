import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Test } from "tap";
import { trusted } from "../../../../src/agents/kit/process/trusted.ts";

/** What the agent asked, as Ollama's /api/chat gets it. */
export interface Asked {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly format?: unknown;
  readonly options: Readonly<Record<string, unknown>>;
}

/** One answer: its text, or what goes wrong. */
export type Scripted =
  /** `stalls`: half of it, and then nothing; `breaks`: half of it, and the end of the connection. */
  | {
      readonly text: string;
      readonly doneReason?: string;
      readonly promptTokens?: number;
      readonly ending?: "stalls" | "breaks";
    }
  | { readonly status: number; readonly error: string }
  | { readonly hang: true };

/** A server that speaks Ollama's chat API and answers what it was told to, in order; the last answer repeats. */
export async function scriptedOllama(
  t: Test,
  answers: Scripted[],
): Promise<{ env: Record<string, string>; asked: Asked[]; gone: Promise<void> }> {
  const asked: Asked[] = [];
  const { promise: gone, resolve } = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    response.once("close", () => {
      if (!response.writableEnded) resolve();
    });
    let text = "";
    request.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    request.on("end", () => {
      asked.push(trusted<Asked>(JSON.parse(text)));
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (answer !== undefined) reply(response, answer);
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = trusted<AddressInfo>(server.address());
  return { asked, gone, env: { OLLAMA_URL: `http://127.0.0.1:${port}`, OLLAMA_MODELS: "tiny:1b, other" } };
}

function reply(response: ServerResponse, answer: Scripted): void {
  if ("hang" in answer) return;
  if ("status" in answer) {
    response.writeHead(answer.status, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: answer.error }));
    return;
  }
  response.writeHead(200, { "content-type": "application/x-ndjson" });
  const half = Math.ceil(answer.text.length / 2);
  const say = (content: string): void => {
    response.write(
      `${JSON.stringify({ model: "tiny:1b", message: { role: "assistant", content }, done: false })}\n`,
    );
  };
  say(answer.text.slice(0, half));
  if (answer.ending === "breaks") response.end();
  if (answer.ending !== undefined) return;
  say(answer.text.slice(half));
  const end = { done: true, done_reason: answer.doneReason ?? "stop", eval_count: 5 };
  const message = { role: "assistant", content: "" };
  response.end(
    `${JSON.stringify({ model: "tiny:1b", message, prompt_eval_count: answer.promptTokens ?? 50, ...end })}\n`,
  );
}
