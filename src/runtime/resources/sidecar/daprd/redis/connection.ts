/** A reply of Redis: RESP2, strings as bytes where they were asked for so. */
export type Reply = string | number | Buffer | null | readonly Reply[];

/** What takes commands. */
export interface RedisCommands {
  /** A command and its reply, text as text. */
  send(...command: readonly string[]): Promise<Reply>;
}

/** One connection to a Redis; made again by itself where it is lost. Commands wait while there is none. */
export interface RedisConnection extends RedisCommands, AsyncDisposable {
  /** The same, text as bytes. */
  sendForBytes(...command: readonly string[]): Promise<Reply>;
  /** A command some of whose arguments are bytes. */
  sendBytes(...command: readonly (string | Buffer)[]): Promise<Reply>;
}

/**
 * Connects with a Redis URL. `onError` is told once for each time that the connection is lost; null: it is back.
 *
 * @throws what the client says where the first connection does not come about
 */
export async function connectRedis(
  url: string,
  onError: (message: string | null) => void = () => undefined,
): Promise<RedisConnection> {
  // The client's code is loaded only where there is a Redis.
  const { createClient, RESP_TYPES } = await import("redis");
  let connected = false;
  let told = false;
  const client = createClient({
    url,
    RESP: 2,
    socket: {
      connectTimeout: 2_000,
      // The first connection fails at once; a lost one is tried for as long as it takes.
      reconnectStrategy: (retries) => (connected ? Math.min(50 * 2 ** retries, 1_000) : false),
    },
  });
  client.on("error", (error: unknown) => {
    if (told || !connected) return;
    told = true;
    onError(error instanceof Error ? error.message : String(error));
  });
  client.on("ready", () => {
    connected = true;
    if (told) onError(null);
    told = false;
  });
  await client.connect();
  return {
    send: async (...command) => await client.sendCommand<Reply>(command),
    sendForBytes: async (...command) =>
      await client.sendCommand<Reply>(command, { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } }),
    sendBytes: async (...command) => await client.sendCommand<Reply>(command),
    async [Symbol.asyncDispose]() {
      // A blocked command is not waited for.
      if (client.isOpen) client.destroy();
    },
  };
}

/** True for the error that Redis answers with such a code (`NOGROUP`, `BUSYGROUP` …). */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && error.message.startsWith(code);
}

export function isList(reply: Reply | undefined): reply is readonly Reply[] {
  return Array.isArray(reply);
}
