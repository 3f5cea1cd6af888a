import { isDeepStrictEqual } from "node:util";
import type { ComponentSpec } from "./component-spec.ts";

/** What became of the components, for people; empty where nothing changed. */
export function changesOf(before: readonly ComponentSpec[], after: readonly ComponentSpec[]): string {
  const changed = after.filter(
    (spec) =>
      before.some(({ name }) => name === spec.name) &&
      !before.some((other) => isDeepStrictEqual(other, spec)),
  );
  const parts = [
    ["new", beyond(after, before)],
    ["changed", changed.map(({ name }) => name)],
    ["gone", beyond(before, after)],
  ] as const;
  return parts
    .filter(([, list]) => list.length > 0)
    .map(([what, list]) => `${what}: ${[...new Set(list)].join(", ")}`)
    .join(" · ");
}

function beyond(specs: readonly ComponentSpec[], others: readonly ComponentSpec[]): readonly string[] {
  return specs.map(({ name }) => name).filter((name) => !others.some((other) => other.name === name));
}
