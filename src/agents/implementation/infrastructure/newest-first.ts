import { cutPage } from "agents-apphost/kit";
import type { Page, StateStore, StateUnitOfWork } from "agents-apphost/kit";
import { z } from "zod";
import type { PageFilter } from "../application/ports.ts";

/** Older ones leave the list, and stay readable by their id. */
const LISTED = 500;

/** A list in the state store, which cannot be searched: one document, with the newest first. */
export class NewestFirst<Item extends { readonly createdAt: string }> {
  readonly #key: string;
  readonly #stored: z.ZodType<{ readonly items: readonly Item[] }>;
  readonly #idOf: (item: Item) => string;

  constructor(key: string, item: z.ZodType<Item>, idOf: (item: Item) => string) {
    this.#key = key;
    this.#stored = z.object({ items: z.array(item) });
    this.#idOf = idOf;
  }

  /** Writes an item into the list, instead of the one that has its id. */
  async put(tx: StateUnitOfWork, item: Item): Promise<void> {
    const before = await tx.get(this.#key, this.#stored);
    const others = (before?.value.items ?? []).filter((each) => this.#idOf(each) !== this.#idOf(item));
    const items = [item, ...others].toSorted((a, b) => this.#order(a, b)).slice(0, LISTED);
    tx.save(this.#key, { items }, { etag: before?.etag ?? "new" });
  }

  async items(state: StateStore): Promise<readonly Item[]> {
    return (await state.get(this.#key, this.#stored))?.value.items ?? [];
  }

  async page(
    state: StateStore,
    { limit, after }: PageFilter,
    fits: (item: Item) => boolean,
  ): Promise<Page<Item>> {
    const items = (await this.items(state)).filter((item) => fits(item) && this.#isBehind(item, after));
    return cutPage(items, limit, (item) => [item.createdAt, this.#idOf(item)]);
  }

  #isBehind(item: Item, after: PageFilter["after"]): boolean {
    if (after === undefined) return true;
    const [time, id] = after;
    return item.createdAt === time ? this.#idOf(item) < id : item.createdAt < time;
  }

  #order(a: Item, b: Item): number {
    if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? 1 : -1;
    return this.#idOf(a) < this.#idOf(b) ? 1 : -1;
  }
}
