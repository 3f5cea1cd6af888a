import { appPath } from "./app-path.ts";
import { singleAnswer } from "./bulk-answer.ts";
import { deliveryRequest, envelopeProblem } from "./delivery-request.ts";
import type { StoredEvent } from "./event.ts";
import type { AppClient } from "./app-client.ts";
import { outcomeOf } from "./outcome.ts";
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

/** What an attempt ended in; all but the first two concern the event, not the app. */
export type Verdict =
  | { readonly at: "unrouted" }
  | { readonly at: "unreachable" }
  | { readonly at: "success" }
  | ({ readonly at: "retry"; readonly broken: boolean } & Failed)
  | ({ readonly at: "dropped" | "dead" | "expired" } & Failed);

/** Delivers an event once, or says why it cannot be. */
export async function attemptDelivery(
  event: StoredEvent,
  routes: LaneRoutes,
  app: { readonly client: AppClient; readonly timeoutMs: number },
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
  const { headers, body } = deliveryRequest(event, route, routes.appToken);
  const answer = await app.client.post(path, headers, body, app.timeoutMs);
  const outcome = outcomeOf(route.definition.bulk ? singleAnswer(answer) : answer);
  switch (outcome.at) {
    case "success":
      return { at: "success" };
    case "unreachable":
      return { at: "unreachable" };
    case "dead":
      return { at: "dead", error: outcome.error, deadLetterTopic };
    case "drop":
      return unhandled(outcome.error, deadLetterTopic);
    case "retry":
      return { at: "retry", broken: answer.at === "broken", error: outcome.error, deadLetterTopic };
    default:
      return outcome satisfies never;
  }
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
