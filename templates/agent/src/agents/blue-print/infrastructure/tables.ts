import type { Migration } from "agents-apphost/kit";

/** Tables of its own, beside the event streams that the kit keeps. Add to them; never change one that was released. */
export const migrations: Readonly<Record<string, Migration>> = {};
