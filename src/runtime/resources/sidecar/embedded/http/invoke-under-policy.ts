import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { buffer } from "node:stream/consumers";
import type { Slots } from "../bus/slots.ts";
import type { Policy } from "../resiliency/resiliency.ts";
import { runPolicy } from "../resiliency/run-policy.ts";
import { InvokeFailure } from "./invoke-words.ts";
import { readBody, type Call } from "./call.ts";

/** How an app is called. */
export interface InvokeWay {
  /** Shared with its deliveries; null = no limit. */
  readonly slots: Slots | null;
  /** A connected request without its body; rejects where nobody listens. */
  readonly open: () => Promise<ClientRequest>;
  /** Headers of an answer as they are passed on. */
  readonly headersOf: (incoming: IncomingMessage) => OutgoingHttpHeaders;
  /** Why a sidecar on the way did not pass the call on; null = this is the app's answer. */
  readonly failureOf: (incoming: IncomingMessage) => InvokeFailure | null;
}

/** An answer of the app's that counts as a failure: if it is the last one, the caller gets it as it is. */
class AppAnswer extends Error {
  override readonly name = "AppAnswer";
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Uint8Array;

  constructor(status: number, headers: OutgoingHttpHeaders, body: Uint8Array) {
    super(`status ${status}`);
    this.status = status;
    this.headers = headers;
    this.body = body;
  }
}

/**
 * Calls an app under a policy, as daprd does: an answer below 200 or above 399 has failed and may be tried again, for which
 * the body is kept; a body that is sent in chunks is sent once.
 */
export async function invokeUnderPolicy(policy: Policy, call: Call, way: InvokeWay): Promise<void> {
  const { request, response } = call;
  const once = request.headers["transfer-encoding"] !== undefined;
  const body = once || policy.retry === null ? null : await readBody(call);
  try {
    await runPolicy(once ? { ...policy, retry: null } : policy, async (signal) => {
      // The caller has gone: nothing is tried for nobody.
      if (response.destroyed) return;
      await attempt(call, way, { body, once, signal });
    });
  } catch (error) {
    if (response.headersSent) {
      if (!response.writableEnded) response.destroy();
    } else if (error instanceof AppAnswer) {
      response.writeHead(error.status, error.headers);
      response.end(error.body);
    } else if (error instanceof InvokeFailure) throw error;
    else throw new InvokeFailure(error instanceof Error ? error.message : String(error));
  }
}

interface Attempt {
  /** Null: it is streamed, as it is sent once. */
  readonly body: Uint8Array | null;
  readonly once: boolean;
  readonly signal: AbortSignal;
}

async function attempt(call: Call, way: InvokeWay, { body, once, signal }: Attempt): Promise<void> {
  const giveBack = await way.slots?.take();
  try {
    const outgoing = await way.open();
    const cut = (): void => void outgoing.destroy();
    call.response.once("close", cut);
    signal.addEventListener("abort", cut, { once: true });
    const incoming = await answerOf(call, outgoing, body);
    const unreached = way.failureOf(incoming);
    if (unreached !== null) {
      incoming.resume();
      throw unreached;
    }
    const status = incoming.statusCode ?? 502;
    const headers = way.headersOf(incoming);
    const failed = status < 200 || status > 399;
    if (failed && !once) throw new AppAnswer(status, headers, await buffer(incoming));
    signal.throwIfAborted();
    call.response.writeHead(status, headers);
    await passOn(incoming, call);
    if (failed) throw new AppAnswer(status, headers, new Uint8Array());
  } finally {
    giveBack?.();
  }
}

function answerOf(call: Call, outgoing: ClientRequest, body: Uint8Array | null): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.on("response", resolve);
    outgoing.on("error", reject);
    outgoing.on("close", () => reject(new Error("the connection was closed")));
    outgoing.on("upgrade", (_response, socket) => {
      socket.destroy();
      reject(new Error("the app changed the protocol"));
    });
    if (body === null) call.request.pipe(outgoing);
    else outgoing.end(body);
  });
}

/** Never rejects: what was passed on in part is not tried again. */
function passOn(incoming: IncomingMessage, { response }: Call): Promise<void> {
  return new Promise((resolve) => {
    incoming.on("error", () => undefined); // it closes
    incoming.on("close", () => {
      if (!incoming.complete) response.destroy();
      resolve();
    });
    incoming.pipe(response);
  });
}
