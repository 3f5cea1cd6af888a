import type { CircuitBreaker } from "../resiliency/circuit-breaker.ts";
import type { RetryRule } from "../resiliency/retry-rule.ts";

/** What is done around the deliveries of one pub/sub to one app. */
export interface DeliveryPolicy {
  readonly retry: RetryRule;
  /** How long one attempt may take. */
  readonly timeoutMs: number;
  readonly breaker: CircuitBreaker | null;
  /**
   * What meets an open circuit breaker waits until it is half open. False: it has failed, as with daprd, whose brokers
   * may not be able to keep it.
   */
  readonly waits: boolean;
  /** An app that nobody listens for is waited for. False: it has failed, as what is in memory is kept for nobody. */
  readonly keeps: boolean;
}

/** The policy of a pub/sub, by its name. */
export type DeliveryPolicies = (pubsub: string) => DeliveryPolicy;
