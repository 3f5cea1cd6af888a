import type { ChatResponse, ChatStream } from "./chat-model.ts";

/** Reads an answer to its end. */
export async function wholeOf(stream: ChatStream): Promise<ChatResponse> {
  for (;;) {
    const { done, value } = await stream.next();
    if (done) return value;
  }
}
