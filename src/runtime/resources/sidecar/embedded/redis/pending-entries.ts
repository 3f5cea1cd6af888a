import { hasCode, isList, type Reply } from "../../daprd/redis/connection.ts";
import type { RedisLink } from "./redis-link.ts";

const PAGE = 200;

export interface PendingQuery {
  readonly stream: string;
  /** Of the group, and of the consumer in it. */
  readonly group: string;
  /** Only entries that were last handed out so long ago. */
  readonly minIdleMs: number;
  /** At most so many. */
  readonly most: number;
  /** Entries that whoever asks has already. */
  readonly has: (id: string) => boolean;
}

/** Takes entries that were handed out and never acknowledged; what the stream no longer has is acknowledged. */
export async function takePending(link: RedisLink, query: PendingQuery): Promise<readonly Reply[]> {
  const { stream, group, minIdleMs, most, has } = query;
  const taken: Reply[] = [];
  for (let from = "-"; taken.length < most;) {
    const page = await pendingPage(link, stream, group, from);
    const ids = page.filter(({ id, idle }) => idle >= minIdleMs && !has(id)).map(({ id }) => id);
    const wanted = ids.slice(0, most - taken.length);
    if (wanted.length > 0) taken.push(...(await claim(link, query, wanted)));
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) break;
    from = `(${last.id}`;
  }
  return taken;
}

async function claim(
  link: RedisLink,
  { stream, group, minIdleMs }: PendingQuery,
  ids: readonly string[],
): Promise<readonly Reply[]> {
  const reply = await link.sendForBytes("XCLAIM", stream, group, group, String(minIdleMs), ...ids);
  const entries = (isList(reply) ? reply : []).filter((entry) => isList(entry) && isList(entry[1]));
  const there = new Set(entries.map((entry) => (isList(entry) ? String(entry[0]) : "")));
  const missing = ids.filter((id) => !there.has(id));
  // Somebody else may have taken it meanwhile: only what the stream does not have is over.
  for (const id of missing) {
    const found = await link.send("XRANGE", stream, id, id);
    if (isList(found) && found.length === 0) await link.send("XACK", stream, group, id);
  }
  return entries;
}

async function pendingPage(
  link: RedisLink,
  stream: string,
  group: string,
  from: string,
): Promise<readonly { readonly id: string; readonly idle: number }[]> {
  try {
    const reply = await link.send("XPENDING", stream, group, from, "+", String(PAGE));
    return (isList(reply) ? reply : []).flatMap((entry) =>
      isList(entry) ? [{ id: String(entry[0]), idle: Number(entry[2]) }] : [],
    );
  } catch (error) {
    if (hasCode(error, "NOGROUP")) return [];
    throw error;
  }
}
