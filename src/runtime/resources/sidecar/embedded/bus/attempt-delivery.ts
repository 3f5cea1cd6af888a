import { appPath } from "./app-path.ts";
import type { BulkCollector } from "./bulk-collector.ts";
import { deliveryRequest, envelopeProblem } from "./delivery-request.ts";
import type { DeliveryPolicies } from "./delivery-policy.ts";
import type { StoredEvent } from "./event.ts";
import type { AppClient } from "./app-client.ts";
import { outcomeOf, type Attempt } from "./outcome.ts";
import { routeOf, type Route } from "./subscription.ts";

/** Where the routes of a lane are found. */
export interface LaneRoutes {
  /** Sent to the app as `dapr-api-token` where it is set. */
  readonly appToken: string | undefined;
  /** Null: the app has not said yet where it wants this topic. */
  routeFor(pubsub: string, topic: string): Route | null;
}

interface Failed {
  readonly error: string;
  readonly deadLetterTopic: string | null;
}

/** The ways to an app. */
export interface AppWays {
  readonly client: AppClient;
  readonly bulk: BulkCollector;
  readonly policyFor: DeliveryPolicies;
}

/** What an attempt ended in; all but the first two concern the event, not the app. */
export type Verdict =
  | { readonly at: "unrouted" }
  | { readonly at: "unreachable" }
  | { readonly at: "success" }
  /** A circuit breaker is open: it was not sent. */
  | ({ readonly at: "refused"; readonly retryAt: number } & Failed)
  /** `status`: of the app's answer, null where there was none. */
  | ({ readonly at: "retry"; readonly broken: boolean; readonly status: number | null } & Failed)
  | ({ readonly at: "dropped" | "dead" | "expired" } & Failed);

/** Delivers an event once, or says why it cannot be. */
export async function attemptDelivery(
  event: StoredEvent,
  routes: LaneRoutes,
  ways: AppWays,
): Promise<Verdict> {
  const route = routes.routeFor(event.pubsub, event.topic);
  if (route === null) return { at: "unrouted" };
  const deadLetterTopic = deadLetterTopicOf(event, route);
  if (event.expiresAt !== null && event.expiresAt < Date.now()) {
    return {
      at: "expired",
      error: `it expired at ${new Date(event.expiresAt).toISOString()}`,
      deadLetterTopic,
    };
  }
  const problem = envelopeProblem(event, route);
  if (problem !== null) return { at: "dead", error: problem, deadLetterTopic };
  const routed = routeOf(route, () => JSON.parse(Buffer.from(event.body).toString()));
  if (routed.at === "failed") return { at: "dead", error: routed.message, deadLetterTopic };
  if (routed.at === "none") return unhandled("no routing rule matches it", deadLetterTopic);

  const path = appPath(routed.path);
  if (path === null)
    return { at: "dead", error: `it cannot be sent to the route ${quoted(routed.path)}`, deadLetterTopic };
  const policy = ways.policyFor(event.pubsub);
  const admission = policy.breaker?.admit();
  if (admission?.at === "refused")
    return { at: "refused", error: admission.message, retryAt: admission.retryAt, deadLetterTopic };
  const answer = await send(event, route, path, routes.appToken, policy.timeoutMs, ways);
  const outcome = outcomeOf(answer);
  admission?.done(outcome.at === "success" || outcome.at === "drop");
  switch (outcome.at) {
    case "success":
      return { at: "success" };
    case "unreachable":
      if (policy.keeps) return { at: "unreachable" };
      return { at: "retry", broken: false, status: null, error: outcome.error, deadLetterTopic };
    case "dead":
      return { at: "dead", error: outcome.error, deadLetterTopic };
    case "drop":
      return unhandled(outcome.error, deadLetterTopic);
    case "retry":
      return {
        at: "retry",
        broken: answer.at === "broken",
        status: answer.at === "answered" && answer.status > 299 ? answer.status : null,
        error: outcome.error,
        deadLetterTopic,
      };
    default:
      return outcome satisfies never;
  }
}

function send(
  event: StoredEvent,
  route: Route,
  path: string,
  appToken: string | undefined,
  timeoutMs: number,
  { client, bulk }: AppWays,
): Promise<Attempt> {
  if (route.definition.bulk !== null) return bulk.post({ event, route, path, timeoutMs, appToken });
  const { headers, body } = deliveryRequest(event, route, appToken);
  return client.post(path, headers, body, timeoutMs);
}

function quoted(route: string): string {
  return JSON.stringify(route.slice(0, 200));
}

/** Nothing is tried again. What went to a dead-letter topic is dead, so that it is listed and can be put back in line. */
function unhandled(error: string, deadLetterTopic: string | null): Verdict {
  return { at: deadLetterTopic === null ? "dropped" : "dead", error, deadLetterTopic };
}

/** A dead letter that fails in its own topic would go round for ever. */
function deadLetterTopicOf(event: StoredEvent, route: Route): string | null {
  const { deadLetterTopic } = route.definition;
  return event.deadLetterOf !== null && event.topic === deadLetterTopic ? null : deadLetterTopic;
}
