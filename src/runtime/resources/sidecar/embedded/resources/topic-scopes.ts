/** Which topics of a pub/sub an app may use (https://docs.dapr.io/developing-applications/building-blocks/pubsub/pubsub-scopes/). */
export interface TopicScopes {
  mayPublish(topic: string): boolean;
  maySubscribe(topic: string): boolean;
}

/** What reads the metadata of a component by name, in any case; empty where it is not there. */
export interface MetadataReader {
  text(name: string): string;
}

/** Reads the scopes of an app from the metadata of a pub/sub. */
export function topicScopes(metadata: MetadataReader, appId: string): TopicScopes {
  const allowed = list(metadata.text("allowedTopics"));
  const guarded = list(metadata.text("protectedTopics"));
  const publishing = scopeOf(metadata.text("publishingScopes"), appId);
  const subscribing = scopeOf(metadata.text("subscriptionScopes"), appId);
  const may = (topic: string, scope: readonly string[] | null): boolean => {
    if (allowed.length > 0 && !allowed.includes(topic)) return false;
    if (scope === null && !guarded.includes(topic)) return true;
    return scope?.includes(topic) === true;
  };
  return {
    mayPublish: (topic) => may(topic, publishing),
    maySubscribe: (topic) => may(topic, subscribing),
  };
}

/** `app1=a,b;app2=`: the topics of one app; null where it is not named, empty = none. */
function scopeOf(text: string, appId: string): readonly string[] | null {
  for (const part of text.split(";")) {
    const [app = "", topics = "", ...more] = part.split("=");
    if (more.length === 0 && app.trim() === appId && part.includes("=")) return list(topics);
  }
  return null;
}

function list(text: string): readonly string[] {
  return text
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
}
