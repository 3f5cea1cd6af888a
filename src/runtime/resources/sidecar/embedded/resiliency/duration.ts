import { goDuration } from "../publish/publish-metadata.ts";

/**
 * A duration as Dapr's policies take it: `5s`, `1m30s`, `100ms`; a bare number is ms. Null where it is none.
 */
export function policyDuration(value: unknown): number | null {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "string" || value === "") return null;
  return /^\d+$/u.test(value) ? Number(value) : goDuration(value);
}

/**
 * The same, where it may be left out.
 *
 * @throws Error where it is there and is no duration
 */
export function durationOr(value: unknown, otherwise: number): number {
  if (value === undefined || value === null || value === "") return otherwise;
  const ms = policyDuration(value);
  if (ms === null) throw new Error(`invalid duration: ${JSON.stringify(value)}`);
  return ms;
}
