import type { RequestOptions } from "node:http";
import { Readable } from "node:stream";

/** What the client of a model asks. */
interface Asked {
  readonly method?: string | undefined;
  readonly headers?: ConstructorParameters<typeof Headers>[0];
  readonly body?: unknown;
}

/** How the connection is watched and given up. */
interface Watched {
  readonly signal: AbortSignal;
  /** The server has taken the connection. */
  readonly connected: () => void;
}

/** A `fetch` for text bodies that tells when it is connected: the built-in one does not, and waits 10 s for that. */
export async function httpFetch(
  url: string,
  asked: Asked,
  { signal, connected }: Watched,
): Promise<Response> {
  const secure = new URL(url).protocol === "https:";
  const { request } = secure ? await import("node:https") : await import("node:http");
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const headers = Object.fromEntries(new Headers(asked.headers));
  const options: RequestOptions = { method: asked.method ?? "GET", headers, signal };
  const sent = request(url, options, (answer) => {
    const { statusCode = 0, headers: given } = answer;
    const type = given["content-type"];
    resolve(
      new Response(Readable.toWeb(answer), {
        status: statusCode,
        ...(type === undefined ? {} : { headers: { "content-type": type } }),
      }),
    );
  });
  sent.once("error", reject);
  sent.once("socket", (socket) => {
    if (socket.connecting) socket.once(secure ? "secureConnect" : "connect", connected);
    else connected();
  });
  sent.end(typeof asked.body === "string" ? asked.body : undefined);
  return await promise;
}
