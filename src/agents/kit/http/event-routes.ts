import type { Hono } from "hono";
import { deliver } from "../handling/deliver.ts";
import type { DeliveryOutcome } from "../handling/deliver.ts";
import type { EventSubscription } from "../handling/routes.ts";
import { observeDelivery } from "../telemetry/observe-delivery.ts";
import type { AppParts } from "./app-parts.ts";
import { Problem } from "./problem.ts";
import { problemResponse, toProblem } from "./problem-document.ts";
import { readJson } from "./read-body.ts";

/** One entry of `GET /dapr/subscribe`. */
interface DaprSubscription {
  readonly pubsubname: string;
  readonly topic: string;
  readonly route: string;
  readonly deadLetterTopic: string;
}

function daprSubscriptions(
  agent: string,
  pubsub: string,
  subscriptions: readonly EventSubscription[],
): readonly DaprSubscription[] {
  return subscriptions.map(({ definition, route }) => ({
    pubsubname: pubsub,
    topic: definition.type,
    route,
    deadLetterTopic: `agents.deadletter.${agent}`,
  }));
}

/** Mounts what the sidecar calls: the list of subscriptions, and one route for each. */
export function mountEvents(app: Hono, parts: AppParts): void {
  const fromSidecar = (token: string | undefined): boolean =>
    parts.appToken === null || token === parts.appToken;

  app.get("/dapr/subscribe", (c) => {
    if (!fromSidecar(c.req.header("dapr-api-token"))) return problemResponse(wrongToken(), c.req.path);
    return c.json(daprSubscriptions(parts.name, parts.pubsub, parts.subscriptions));
  });

  for (const subscription of parts.subscriptions) {
    app.post(subscription.route, async (c) => {
      if (!fromSidecar(c.req.header("dapr-api-token"))) return problemResponse(wrongToken(), c.req.path);
      const body = await readJson(c.req);
      const { inbox, log, observing } = parts;
      const { telemetry } = observing;
      const outcome = await parts.inFlight.run(c.req.raw.signal, (signal) =>
        observeDelivery(observing, { agent: parts.name, topic: subscription.definition.type, body }, () =>
          deliver(subscription, body, { inbox, log, telemetry, signal }),
        ),
      );
      return toResponse(outcome, c.req.path);
    });
  }

  // To Dapr a 404 means: throw it away, silently. A topic of an earlier version of the agent is dropped with a reason.
  app.post("/events/:type", (c) => {
    const reason = `The agent ${parts.name} does not subscribe to ${c.req.param("type")}.`;
    parts.log.warn("dropped an event", { reason });
    return c.json({ status: "DROP", reason });
  });
}

function toResponse(outcome: DeliveryOutcome, instance: string): Response {
  if (outcome.status === "SUCCESS") return Response.json({ status: outcome.status });
  if (outcome.status === "DROP") return Response.json(outcome);
  const problem = toProblem(outcome.error);
  // Whatever went wrong, the delivery is to be repeated: 404 would drop it, and 4xx say that repeating is no use.
  const status = problem.status >= 500 ? problem.status : 500;
  const { error } = outcome;
  const detail = error instanceof Error ? error.message : problem.message;
  return problemResponse(new Problem(status, detail, problem.options), instance);
}

function wrongToken(): Problem {
  return new Problem(401, "The header dapr-api-token is missing or wrong.", {
    kind: "unauthorized",
    title: "Unauthorized",
  });
}
