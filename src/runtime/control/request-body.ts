import type { IncomingMessage } from "node:http";
import { HttpError } from "./http-error.ts";

const MAX_BODY = 1024 * 1024;

/** The body of a request as JSON; undefined where there is none. At most 1 MiB. */
export async function readJsonBody(request: IncomingMessage): Promise<unknown> {
  const tooLarge = new HttpError(413, "The body of the request is larger than 1 MiB.");
  if (Number(request.headers["content-length"] ?? 0) > MAX_BODY) throw tooLarge;
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > MAX_BODY) throw tooLarge;
    pieces.push(piece);
  }
  if (length === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(pieces).toString("utf8"));
  } catch (error) {
    throw new HttpError(
      400,
      `The body of the request is not JSON: ${error instanceof Error ? error.message : ""}.`,
    );
  }
}
