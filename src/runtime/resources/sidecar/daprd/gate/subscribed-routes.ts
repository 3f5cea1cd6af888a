import type { ParsedSubscription } from "../../embedded/bus/parse-subscriptions.ts";

/** A topic and the paths that its events are posted to. */
export interface RoutedTopic {
  readonly pubsub: string;
  readonly topic: string;
  readonly paths: readonly string[];
}

/** Which topics a path of the app belongs to. */
export class SubscribedRoutes {
  readonly #declared: readonly RoutedTopic[];
  #byPath = new Map<string, readonly RoutedTopic[]>();

  constructor(declared: readonly RoutedTopic[]) {
    this.#declared = declared;
    this.set([]);
  }

  /** What the app's own `/dapr/subscribe` says; it goes before what was declared of the same topic, as in Dapr. */
  set(subscriptions: readonly ParsedSubscription[]): void {
    const own = subscriptions.map(routedTopic);
    const declared = this.#declared.filter(
      (one) => !own.some(({ pubsub, topic }) => pubsub === one.pubsub && topic === one.topic),
    );
    const byPath = new Map<string, RoutedTopic[]>();
    for (const routed of [...own, ...declared]) {
      for (const path of routed.paths)
        byPath.set(pathOf(path), [...(byPath.get(pathOf(path)) ?? []), routed]);
    }
    this.#byPath = byPath;
  }

  /** The topics that are delivered to a request's URL; empty where it is no subscribed route. */
  at(url: string): readonly RoutedTopic[] {
    return this.#byPath.get(pathOf(url)) ?? [];
  }
}

function routedTopic({ pubsub, topic, definition }: ParsedSubscription): RoutedTopic {
  const paths = definition.rules.map((rule) => rule.path);
  if (definition.defaultPath !== null) paths.push(definition.defaultPath);
  return { pubsub, topic, paths };
}

function pathOf(url: string): string {
  const [path = ""] = url.split("?", 1);
  const rooted = path.startsWith("/") ? path : `/${path}`;
  if (!rooted.includes("%")) return rooted;
  try {
    return decodeURIComponent(rooted);
  } catch {
    return rooted;
  }
}
