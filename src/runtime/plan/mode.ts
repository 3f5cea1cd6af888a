/** Where resources run: what is there (`auto`), real parts only (`containers`), or nothing but Node (`embedded`). */
export const MODES = ["auto", "containers", "embedded"] as const;
export type Mode = (typeof MODES)[number];

/** What can serve a resource. */
export type Serving = "container" | "local" | "embedded" | "external";

/**
 * What served each resource when it first held data, by its name: kept until `down -v` or an explicit `--mode`, so that
 * nothing that was accepted disappears from view because Docker happens to be off.
 */
export type Kept = Readonly<Record<string, Exclude<Serving, "external">>>;
