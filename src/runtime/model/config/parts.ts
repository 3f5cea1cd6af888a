import { isPlainObject, present } from "./check-shape.ts";
import { join } from "./problem.ts";

/** A named part of a raw config, with the path to it; whatever else is wrong with the config. */
export interface Part {
  readonly name: string;
  readonly path: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** The entries of one section (`agents`, `resources`, `components`) that are objects at all. */
export function partsOf(raw: unknown, section: string): readonly Part[] {
  const entries = isPlainObject(raw) ? raw[section] : undefined;
  if (!isPlainObject(entries)) return [];
  return present(entries).flatMap(([name, value]) =>
    isPlainObject(value) ? [{ name, path: join(section, name), value }] : [],
  );
}

/** The names of a section, also those whose value is wrong. */
export function namesOf(raw: unknown, section: string): readonly string[] {
  const entries = isPlainObject(raw) ? raw[section] : undefined;
  return isPlainObject(entries) ? present(entries).map(([name]) => name) : [];
}

/** The entries of a list, none where it is not one. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
