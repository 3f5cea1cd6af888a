import type { Reply } from "../../daprd/redis/connection.ts";
import type { RedisSettings } from "./redis-settings.ts";

/** Text or bytes of a command. */
export type Word = string | Uint8Array;

/**
 * A connection that components work over: it is made again by itself where it is lost, and while it is away whoever asks
 * is told at once, as Dapr's components tell it.
 */
export interface RedisLink extends AsyncDisposable {
  /** False while it is away. */
  readonly isReady: boolean;
  /** A command and its reply, text as text. */
  send(...command: readonly Word[]): Promise<Reply>;
  /** The same, text as bytes. */
  sendForBytes(...command: readonly Word[]): Promise<Reply>;
  /** Commands that run as one. An error of one of them is in its place in the list. */
  transaction(commands: readonly (readonly Word[])[]): Promise<readonly (Reply | Error)[]>;
}

export interface RedisLinkListener {
  /** It is lost, and being made again. */
  onLost(message: string): void;
  /** It is back. */
  onBack(): void;
}

const LONGEST_PAUSE_MS = 1_000;
const PING_MS = 2_000;
const SILENCE_MS = 6_000;

/**
 * Connects.
 *
 * @throws Error what the client says where the first connection does not come about
 */
export async function openRedisLink(
  settings: RedisSettings,
  listener: RedisLinkListener = SILENT,
): Promise<RedisLink> {
  // The client's code is loaded only where there is a Redis.
  const { createClient, ErrorReply, RESP_TYPES } = await import("redis");
  let connected = false;
  let lost = "";
  const client = createClient({
    url: settings.url,
    RESP: 2,
    disableOfflineQueue: true,
    // A Redis that stands still is away too.
    pingInterval: PING_MS,
    socket: {
      connectTimeout: settings.connectTimeoutMs,
      socketTimeout: SILENCE_MS,
      ...(settings.tls === null ? {} : { ...settings.tls, tls: true as const }),
      // The first connection fails at once; a lost one is tried for as long as it takes.
      reconnectStrategy: (retries) =>
        connected ? Math.min(25 * 2 ** Math.min(retries, 10), LONGEST_PAUSE_MS) : false,
    },
  });
  client.on("error", (error: unknown) => {
    if (!connected || lost !== "") return;
    lost = error instanceof Error ? error.message || error.name : String(error);
    listener.onLost(lost);
  });
  client.on("ready", () => {
    connected = true;
    if (lost === "") return;
    lost = "";
    listener.onBack();
  });
  await client.connect();
  const assertReady = (): void => {
    if (!client.isReady) throw new Error(`redis at ${settings.address} is away: ${lost || "connecting"}`);
  };
  const send = async (command: readonly Word[], bytes: boolean): Promise<Reply> => {
    assertReady();
    const words = command.map((word) => (typeof word === "string" ? word : bufferOf(word)));
    return bytes
      ? await client.sendCommand<Reply>(words, { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } })
      : await client.sendCommand<Reply>(words);
  };
  return {
    get isReady() {
      return client.isReady;
    },
    send: async (...command) => await send(command, false),
    sendForBytes: async (...command) => await send(command, true),
    async transaction(commands) {
      // Asked for in one turn, so that nothing of anybody else's comes between.
      const asked = [["MULTI"], ...commands, ["EXEC"]].map((command) => send(command, false));
      const replies = await Promise.allSettled(asked);
      const last = replies.at(-1);
      if (last?.status !== "fulfilled") throw last?.reason;
      const list: readonly unknown[] = Array.isArray(last.value) ? last.value : [];
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what EXEC lists are replies
      return list.map((one) => (one instanceof ErrorReply ? one : (one as Reply)));
    },
    async [Symbol.asyncDispose]() {
      // A blocked command is not waited for.
      if (client.isOpen) client.destroy();
    },
  };
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const SILENT: RedisLinkListener = { onLost: () => undefined, onBack: () => undefined };
