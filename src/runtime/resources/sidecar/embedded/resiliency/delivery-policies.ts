import type { DeliveryPolicies, DeliveryPolicy } from "../bus/delivery-policy.ts";
import type { RetryPolicy } from "../bus/retry-policy.ts";
import type { Resiliency } from "./resiliency.ts";
import { fixedRule, NO_RETRIES } from "./retry-rule.ts";

export interface DeliveryPolicyOptions {
  readonly resiliency: Resiliency;
  /** Where no policy says how long an attempt may take. */
  readonly timeoutMs: number;
  /** Where no policy says when to try again; null = not at all, as with daprd. */
  readonly retryFor: (pubsub: string) => RetryPolicy | null;
  /** The type of a component: some keep what cannot be delivered now. */
  readonly typeOf: (pubsub: string) => string;
}

/** What is done around the deliveries of each pub/sub. */
export function deliveryPolicies(options: DeliveryPolicyOptions): DeliveryPolicies {
  const made = new Map<string, DeliveryPolicy>();
  return (pubsub) => {
    const there = made.get(pubsub);
    if (there !== undefined) return there;
    const policy = policyOf(pubsub, options);
    made.set(pubsub, policy);
    return policy;
  };
}

function policyOf(
  pubsub: string,
  { resiliency, timeoutMs, retryFor, typeOf }: DeliveryPolicyOptions,
): DeliveryPolicy {
  const policy = resiliency.component(pubsub, "inbound", "Pubsub");
  const own = retryFor(pubsub);
  return {
    retry: policy.retry ?? (own === null ? NO_RETRIES : fixedRule(own)),
    timeoutMs: policy.timeoutMs ?? timeoutMs,
    breaker: policy.breaker,
    waits: typeOf(pubsub) === "pubsub.agents",
    keeps: typeOf(pubsub) !== "pubsub.in-memory",
  };
}
