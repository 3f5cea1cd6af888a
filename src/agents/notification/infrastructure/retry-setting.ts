import { StartError } from "agents-apphost/kit";
import { DEFAULT_RETRY } from "../domain/retry.ts";
import type { RetryPolicy } from "../domain/retry.ts";

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const HINT = "Write for example attempts=10,first=2s,last=10m,jitter=0.5; what is left out stays as it is.";

/** Reads NOTIFICATION_RETRY. @throws StartError */
export function readRetry(text: string | undefined): RetryPolicy {
  let policy = DEFAULT_RETRY;
  for (const part of (text ?? "").split(",").map((each) => each.trim())) {
    if (part !== "") policy = { ...policy, ...readPart(part) };
  }
  if (policy.firstMs > policy.lastMs) {
    throw new StartError("NOTIFICATION_RETRY: the first wait is longer than the last one may be", HINT);
  }
  return policy;
}

function readPart(part: string): Partial<RetryPolicy> {
  const [name, value = ""] = part.split("=", 2);
  const duration = /^(\d+)(ms|s|m|h)$/.exec(value);
  const ms = duration === null ? null : Number(duration[1]) * (UNITS[duration[2] ?? ""] ?? 0);
  if (name === "attempts" && /^[1-9]\d?$/.test(value)) return { attempts: Number(value) };
  if (name === "first" && ms !== null) return { firstMs: ms };
  if (name === "last" && ms !== null) return { lastMs: ms };
  if (name === "jitter" && /^(?:0(?:\.\d+)?|1(?:\.0+)?)$/.test(value)) return { jitter: Number(value) };
  throw new StartError(`NOTIFICATION_RETRY: "${part}" is not understood`, HINT);
}
