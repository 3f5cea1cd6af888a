import { createHash } from "node:crypto";

/** An id for a requirement that has none of its own: the same words always get the same. */
export function requirementIdOf(requirement: string): string {
  const words = requirement.trim().toLowerCase().replaceAll(/\s+/gu, " ");
  return `REQ-${createHash("sha256").update(words).digest("hex").slice(0, 8)}`;
}
