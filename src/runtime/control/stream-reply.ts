import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setImmediate } from "node:timers/promises";
import { toErrorReply } from "./http-error.ts";

/** As much as is gathered before it is handed to the socket. */
const BATCH = 32 * 1024;
/** A source that always has more would otherwise never let anybody else have a turn. */
const SLICE_MS = 2;

/**
 * Sends a source as NDJSON. Lines are gathered per event-loop turn; a reader that does not keep up stops the source, so
 * that nothing piles up here. A failure on the way becomes the last line, `{ "error": … }`. Ends when the source does or
 * the signal aborts.
 */
export async function sendNdjson(
  response: ServerResponse,
  source: AsyncIterator<unknown>,
  first: Promise<IteratorResult<unknown>>,
  signal: AbortSignal,
): Promise<void> {
  response.writeHead(200, { "content-type": "application/x-ndjson" });
  response.flushHeaders(); // a follower knows at once that it is connected, also when nothing happens for hours
  let gathered = "";
  let scheduled: NodeJS.Immediate | null = null;
  let sliceEnds = performance.now() + SLICE_MS;
  const flush = (): void => {
    if (scheduled !== null) clearImmediate(scheduled);
    scheduled = null;
    if (gathered !== "" && !response.destroyed) response.write(gathered);
    gathered = "";
  };
  try {
    for (let next = first; ; next = source.next()) {
      const { value, done } = await next;
      if (done === true || signal.aborted) break;
      gathered += `${JSON.stringify(value)}\n`;
      if (gathered.length >= BATCH) flush();
      else scheduled ??= globalThis.setImmediate(flush);
      if (response.writableNeedDrain) await drained(response, signal);
      if (performance.now() < sliceEnds) continue;
      await setImmediate();
      sliceEnds = performance.now() + SLICE_MS;
    }
  } catch (error) {
    gathered += `${JSON.stringify({ error: toErrorReply(error).error })}\n`;
  } finally {
    flush();
    response.end();
    await source.return?.();
  }
}

async function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  try {
    await once(response, "drain", { signal });
  } catch {
    // aborted (the reader is gone, or the server closes): the loop above sees it
  }
}
