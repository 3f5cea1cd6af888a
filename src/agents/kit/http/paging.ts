import { z } from "zod";

/** What a list is ordered by, of one of its rows: enough to go on behind it. */
type Keys = readonly (string | number | null)[];

/** A page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** The `after` of the next page; null on the last one. */
  readonly next: string | null;
}

/**
 * The members of a list's query string, the same for every list: `limit`, and `after`, the `next` of the page before. A
 * cursor is opaque to callers; the handler gets its keys. It stands for a row and not for a number of rows, so that no row
 * appears twice or is left out because others were added or removed meanwhile.
 *
 * @param keys what the list is ordered by, as a tuple that is unique for each row.
 * @param options the largest `limit` that may be asked for (200), and the one that counts without it (50).
 * @example
 * input: z.object({ state: z.string().optional(), ...pageQuery(z.tuple([z.string(), z.uuid()])) })
 */
export function pageQuery<Tuple extends z.ZodType<Keys>>(
  keys: Tuple,
  { most = 200, usual = 50 }: { readonly most?: number; readonly usual?: number } = {},
) {
  const cursor = z
    .string()
    .max(2000)
    .transform((text, ctx) => {
      const read = keys.safeParse(keysIn(text));
      if (read.success) return read.data;
      ctx.addIssue({ code: "custom", message: "expected the next of an earlier page of this list" });
      return z.NEVER;
    });
  return {
    limit: z.coerce.number().int().min(1).max(most).default(usual),
    after: cursor.optional().describe("The next of the page before; without it, the first page"),
  };
}

/** The schema of a list's answer: `{ items, next }`. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    next: z.string().nullable().describe("The after of the next page; null on the last page"),
  });
}

/**
 * Makes a page of rows. Read one row more than `limit`: it is not shown, and says that there is a next page.
 *
 * @param keysOf what the list is ordered by, in the order of {@link pageQuery}'s tuple.
 */
export function cutPage<Row>(rows: readonly Row[], limit: number, keysOf: (row: Row) => Keys): Page<Row> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const next = rows.length > limit && last !== undefined ? keysOf(last) : null;
  return { items, next: next && Buffer.from(JSON.stringify(next)).toString("base64url") };
}

/**
 * A query whose cursors name it, if it answers with a page: lists are often ordered by the same kinds of keys, and a cursor
 * of another one would lead anywhere. Without the name nothing is left of it, which {@link pageQuery} refuses.
 */
export function withOwnCursors<Ctx>(
  name: string,
  output: z.ZodType,
  run: (input: unknown, ctx: Ctx) => Promise<unknown>,
): (input: unknown, ctx: Ctx) => Promise<unknown> {
  if (!(output instanceof z.ZodObject && "items" in output.shape && "next" in output.shape)) return run;
  const mark = `${name}.`;
  return async (input, ctx) => {
    const asked = z.looseObject({ after: z.string() }).safeParse(input).data;
    const own = asked?.after.startsWith(mark) ? asked.after.slice(mark.length) : "";
    const page = await run(asked === undefined ? input : { ...asked, after: own }, ctx);
    const more = z.looseObject({ next: z.string() }).safeParse(page).data;
    return more === undefined ? page : { ...more, next: mark + more.next };
  };
}

function keysIn(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch {
    return undefined;
  }
}
