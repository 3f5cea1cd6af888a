import { anyOf, cutPage, nameBasedId } from "agents-apphost/kit";
import type { AgentKit, HandlerContext, Page, Projection, UnitOfWork } from "agents-apphost/kit";
import { z } from "zod";
import type { SuppressionFilter, Suppressions } from "../application/ports.ts";
import { decideLift, decideSuppress, evolveSuppression } from "../domain/suppression.ts";
import type { Suppression, SuppressionEvent } from "../domain/suppression.ts";
import type { NotificationTables } from "./tables.ts";

type Kit = Pick<AgentKit<NotificationTables>, "db" | "events" | "transact">;
type Row = NotificationTables["notification_suppressions"];

const STREAM = "suppression-";
/** Namespace of the ids of streams: an address may be longer than the id of a stream; never to be changed. */
const ADDRESSES = "2d1f7c7e-52b9-4c1a-8f3e-0b6f5a1d9e42";

const entry = z.object({
  address: z.string(),
  reason: z.enum(["hard-bounce", "complaint", "manual"]),
  since: z.string(),
  expiresAt: z.string().nullable(),
  note: z.string().nullable(),
  notificationId: z.string().nullable(),
});
const codec = z.discriminatedUnion("type", [
  z.object({ type: z.literal("suppressed"), data: entry }),
  z.object({ type: z.literal("lifted"), data: z.object({ address: z.string() }) }),
]);

function streamOf(address: string): string {
  return STREAM + nameBasedId(ADDRESSES, address);
}

/** Puts an address on the list, within a unit of work. */
export async function appendSuppression(
  tx: Pick<UnitOfWork<NotificationTables>, "events">,
  wanted: Suppression,
  ctx?: HandlerContext,
): Promise<void> {
  const stream = streamOf(wanted.address);
  const store = tx.events(codec);
  const recorded = await store.read(stream);
  ctx?.precondition?.check(stream, recorded.length);
  const events = decideSuppress(wanted, stateOf(recorded));
  if (events.length > 0) await store.append(stream, recorded.length, events);
}

/** The suppression list: a stream for each address, and a table of those that are on it. */
export class SqlSuppressions implements Suppressions {
  readonly #kit: Kit;

  constructor(kit: Kit) {
    this.#kit = kit;
  }

  async find(addresses: readonly string[]): Promise<readonly Suppression[]> {
    if (addresses.length === 0) return [];
    const rows = await this.#kit.db
      .selectFrom("notification_suppressions")
      .selectAll()
      .where("address", "in", anyOf([...new Set(addresses)]))
      .execute();
    return rows.map(toEntry);
  }

  async entry(address: string): Promise<{ readonly entry: Suppression | null; readonly version: number }> {
    const recorded = await this.#kit.events(codec).read(streamOf(address));
    return { entry: stateOf(recorded), version: recorded.length };
  }

  async put(ctx: HandlerContext, wanted: Suppression): Promise<void> {
    await this.#kit.transact(ctx, (tx) => appendSuppression(tx, wanted, ctx));
  }

  async lift(ctx: HandlerContext, address: string): Promise<void> {
    await this.#kit.transact(ctx, async (tx) => {
      const store = tx.events(codec);
      const recorded = await store.read(streamOf(address));
      ctx.precondition?.check(streamOf(address), recorded.length);
      const events = decideLift(stateOf(recorded));
      if (events.length > 0) await store.append(streamOf(address), recorded.length, events);
    });
  }

  async list({ reason, limit, after }: SuppressionFilter): Promise<Page<Suppression>> {
    let rows = this.#kit.db
      .selectFrom("notification_suppressions")
      .selectAll()
      .orderBy("address")
      .limit(limit + 1);
    if (reason !== undefined) rows = rows.where("reason", "=", reason);
    if (after !== undefined) rows = rows.where("address", ">", after[0]);
    return cutPage((await rows.execute()).map(toEntry), limit, ({ address }) => [address]);
  }
}

/** The table, made from the streams. */
export const suppressions: Projection<NotificationTables, SuppressionEvent> = {
  name: "suppressions",
  version: 1,
  streams: STREAM,
  codec,
  clear: async (db) => void (await db.deleteFrom("notification_suppressions").execute()),
  apply: async (db, { event }) => {
    await db.deleteFrom("notification_suppressions").where("address", "=", event.data.address).execute();
    if (event.type === "suppressed") {
      await db.insertInto("notification_suppressions").values(toValues(event.data)).execute();
    }
  },
};

function stateOf(recorded: readonly { readonly event: SuppressionEvent }[]): Suppression | null {
  return recorded.reduce<Suppression | null>((state, { event }) => evolveSuppression(state, event), null);
}

function toValues({ address, reason, since, expiresAt, note, notificationId }: Suppression): Row {
  return { address, reason, since, expires_at: expiresAt, note, notification_id: notificationId };
}

function toEntry({ address, reason, since, expires_at, note, notification_id }: Row): Suppression {
  return { address, reason, since, expiresAt: expires_at, note, notificationId: notification_id };
}
