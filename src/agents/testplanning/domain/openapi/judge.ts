import type { Json } from "../constraint.ts";

/**
 * Says whether a schema of a document accepts a value, all of its keywords and references counted: rules are derived from
 * some keywords only, so what a rule refuses may be accepted all the same, by another alternative. Null where that cannot
 * be told.
 */
export type Judge = (schema: unknown, value: Json) => boolean | null;
