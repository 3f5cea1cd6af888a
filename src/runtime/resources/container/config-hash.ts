import { createHash } from "node:crypto";
import type { ContainerDefinition } from "./definition.ts";

/** Changes when what we make of a definition changes: containers of an older version are then replaced. */
const VERSION = 1;

/**
 * Identifies what a container is made of: two definitions with one hash make the same container. Secrets are in it too,
 * but nobody gets them out of it.
 */
export function configHash(definition: ContainerDefinition): string {
  // How it is probed and how long a stop may take are no part of the container.
  const { health: _health, stopTimeoutMs: _stopTimeoutMs, ...made } = definition;
  return createHash("sha256")
    .update(canonical({ version: VERSION, ...made }))
    .digest("hex");
}

/** JSON with sorted keys. Lists keep their order: it has a meaning in commands. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, part]) => `${JSON.stringify(key)}:${canonical(part)}`).join(",")}}`;
}
