import type { Metadata } from "../components/metadata.ts";
import { redisSettings, type RedisSettings } from "./redis-settings.ts";

/** How a pub/sub on Redis streams works, as the metadata of Dapr's pubsub.redis says it (and its code: not its docs). */
export interface StreamSettings {
  readonly redis: RedisSettings;
  /** Name of the consumer group, and of the consumer in it; null = the app's own. */
  readonly consumerId: string | null;
  /** From this age on an entry that is pending is taken back; 0 = never. */
  readonly processingTimeoutMs: number;
  /** How often to look for such entries; 0 = never. */
  readonly redeliverIntervalMs: number;
  /** So many deliveries to the app at once. */
  readonly concurrency: number;
  /** So many entries at most are read and not done with. */
  readonly queueDepth: number;
  /** Streams are cut to about this length; 0 = never. */
  readonly maxLenApprox: number;
  /** Entries that are older are removed when another is added; 0 = never. */
  readonly streamTtlMs: number;
}

/** @throws Error for what cannot be read */
export function streamSettings(metadata: Metadata): StreamSettings {
  return {
    redis: redisSettings(metadata),
    consumerId: metadata.text("consumerID") || null,
    processingTimeoutMs: metadata.durationMs("processingTimeout", 60_000),
    redeliverIntervalMs: intervalOf(metadata),
    concurrency: Math.max(1, metadata.integer("concurrency", 10)),
    queueDepth: Math.max(1, metadata.integer("queueDepth", 100)),
    maxLenApprox: metadata.integer("maxLenApprox", 0),
    streamTtlMs: metadata.durationMs("streamTTL", 0),
  };
}

/** A quirk of daprd's: a duration with a unit is taken for none, and the default counts. */
function intervalOf(metadata: Metadata): number {
  const text = metadata.text("redeliverInterval");
  return /^\d+$/u.test(text) ? Number(text) : 15_000;
}
