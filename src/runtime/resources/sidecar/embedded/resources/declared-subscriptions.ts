import { CelError } from "../cel/cel.ts";
import { parseEntry, type ParsedSubscription } from "../bus/parse-subscriptions.ts";
import { compileRoute } from "../bus/subscription.ts";
import { isForApp, type DaprResource } from "./dapr-resource.ts";

export interface DeclaredSubscriptions {
  readonly subscriptions: readonly ParsedSubscription[];
  readonly problems: readonly string[];
}

/**
 * The Subscription resources that are for an app, v1alpha1 (one `route`) and v2alpha1 (`routes` with rules). Of several
 * for one topic the first counts, as with daprd.
 */
export function declaredSubscriptions(
  resources: readonly DaprResource[],
  appId: string,
): DeclaredSubscriptions {
  const subscriptions: ParsedSubscription[] = [];
  const problems: string[] = [];
  for (const resource of resources) {
    if (resource.kind !== "Subscription" || !isForApp(resource, appId)) continue;
    const parsed = parseEntry(specOf(resource));
    if (typeof parsed === "string") {
      problems.push(`the subscription ${resource.name} is left out: ${parsed}`);
      continue;
    }
    if (subscriptions.some((one) => one.pubsub === parsed.pubsub && one.topic === parsed.topic)) continue;
    const definition = { ...parsed.definition, declarative: true } as const;
    try {
      compileRoute(definition);
      subscriptions.push({ ...parsed, definition });
    } catch (error) {
      const why = error instanceof CelError ? error.message : String(error);
      problems.push(`the subscription ${resource.name} is left out: ${why}`);
    }
  }
  return { subscriptions, problems };
}

/** v1alpha1 knows no rules, v2alpha1 no single route. */
function specOf({ apiVersion, spec }: DaprResource): unknown {
  const { route, routes, ...rest } = spec;
  return apiVersion.endsWith("v1alpha1") ? { ...rest, route } : { ...rest, routes };
}

/** What an app says itself goes before what is declared for the same topic. */
export function mergeSubscriptions(
  programmatic: readonly ParsedSubscription[],
  declared: readonly ParsedSubscription[],
): readonly ParsedSubscription[] {
  const isSaid = ({ pubsub, topic }: ParsedSubscription): boolean =>
    programmatic.some((one) => one.pubsub === pubsub && one.topic === topic);
  return [...programmatic, ...declared.filter((one) => !isSaid(one))];
}
