import type { IncomingMessage, ServerResponse } from "node:http";

/** One request to a sidecar, its path taken apart. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  /** Decoded path segments, `v1.0` first. */
  readonly segments: readonly string[];
  /** The path as it came, without the query. */
  readonly rawPath: string;
  /** The query as it came, without `?`. */
  readonly rawQuery: string;
  /** The largest body that is read. */
  readonly bodyLimit: number;
}

/** Dapr's limit where nothing else is said (`--max-body-size`). */
const BODY_LIMIT = 4 * 1024 * 1024;

/** A body was larger than the limit, or its connection ended early. */
export class BodyError extends Error {
  override readonly name = "BodyError";
}

export function makeCall(
  request: IncomingMessage,
  response: ServerResponse,
  bodyLimit: number = BODY_LIMIT,
): Call {
  const url = request.url ?? "/";
  const mark = url.indexOf("?");
  const rawPath = mark < 0 ? url : url.slice(0, mark);
  const rawQuery = mark < 0 ? "" : url.slice(mark + 1);
  const segments: string[] = [];
  for (const part of rawPath.split("/")) {
    if (part === "" || part === ".") continue;
    segments.push(unescape(part));
  }
  return { request, response, method: request.method ?? "GET", segments, rawPath, rawQuery, bodyLimit };
}

/** Go's `url.QueryUnescape`, which Dapr uses on path parameters too: `+` is a space. */
function unescape(text: string): string {
  if (!/[%+]/u.test(text)) return text;
  const spaced = text.replaceAll("+", " ");
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

/** The `metadata.<name>` parameters of the query; of several the first counts. */
export function queryMetadata(call: Call): Record<string, string> {
  const metadata: Record<string, string> = {};
  if (call.rawQuery === "") return metadata;
  for (const [name, value] of new URLSearchParams(call.rawQuery)) {
    if (!name.startsWith("metadata.")) continue;
    const key = name.slice("metadata.".length);
    if (!Object.hasOwn(metadata, key)) metadata[key] = value;
  }
  return metadata;
}

export function queryParameter(call: Call, name: string): string | null {
  return call.rawQuery === "" ? null : new URLSearchParams(call.rawQuery).get(name);
}

/** The whole body; rejects with {@link BodyError} where it is too large. */
export function readBody(call: Call): Promise<Buffer> {
  const { request, response, bodyLimit } = call;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size <= bodyLimit) {
        chunks.push(chunk);
        return;
      }
      chunks.length = 0;
      // The rest is not read: the connection ends with the answer.
      response.setHeader("connection", "close");
      request.pause();
      reject(new BodyError("stream too large"));
    });
    request.on("end", () =>
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)),
    );
    request.on("error", (error) => reject(new BodyError(error.message)));
  });
}

/** The whole body as text; where it cannot be read, the error that is made of why. */
export async function readText(call: Call, failed: (why: string) => Error): Promise<string> {
  const body = await readBody(call).catch((error: Error) => {
    throw failed(error.message);
  });
  return body.toString();
}

/** 204, which is what most of Dapr's APIs answer. */
export function sendEmpty(call: Call): void {
  call.response.writeHead(204);
  call.response.end();
}

export function sendText(call: Call, status: number, text: string): void {
  call.response.writeHead(status, { "content-type": "text/plain; charset=utf-8" });
  call.response.end(text);
}

export function sendJson(call: Call, status: number, value: unknown): void {
  sendJsonText(call, status, JSON.stringify(value));
}

/** Sends JSON text that is at hand already, as it is. */
export function sendJsonText(
  call: Call,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = Buffer.from(text);
  call.response.writeHead(status, {
    "content-type": "application/json",
    "content-length": body.byteLength,
    ...headers,
  });
  call.response.end(body);
}
