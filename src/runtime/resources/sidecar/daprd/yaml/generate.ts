import { isFields } from "../../../../journal/fields.ts";
import type { RoutedTopic } from "../gate/subscribed-routes.ts";
import type { ResourceFile } from "./document.ts";
import {
  ownMetadata,
  plainComponent,
  redisPubsub,
  redisState,
  SECRET_STORE,
  secretStore,
  sqliteState,
  type DeliverySettings,
  type RedisAddress,
} from "./components.ts";
import {
  configuration,
  REDELIVERIES,
  resiliency,
  subscription,
  type ConfigurationSettings,
  type DeclaredSubscription,
} from "./policies.ts";
import { resourcesFor, type UserResource, type UserResources } from "../../yaml/user-resources.ts";

/** A component of the config, and what it runs on here. */
export interface PlannedComponent {
  readonly name: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly on:
    | { readonly by: "redis-pubsub"; readonly redis: RedisAddress }
    | { readonly by: "redis-state"; readonly redis: RedisAddress }
    | { readonly by: "sqlite-state"; readonly file: string }
    /** A Dapr component type of the user's choice. */
    | { readonly by: "type"; readonly type: string };
}

export interface ResourcePlan {
  readonly agent: string;
  readonly components: readonly PlannedComponent[];
  /** Only those whose route is known: one that the app does not serve would be answered with 404, that is, dropped. */
  readonly subscriptions: readonly DeclaredSubscription[];
  readonly delivery: DeliverySettings;
  readonly configuration: Omit<ConfigurationSettings, "closedSecretStore">;
  readonly user: UserResources;
}

export interface GeneratedResources {
  readonly files: readonly ResourceFile[];
  /** What daprd's environment must hold beside the passwords that the caller named. */
  readonly secrets: Readonly<Record<string, string>>;
  /** The attempt after which daprd gives an event up; null where a policy of the user's decides. */
  readonly maxAttempts: number | null;
  /** Subscriptions that stand in files, the user's included: the gate must know their routes. */
  readonly declared: readonly RoutedTopic[];
  /** Configuration files of the user's, to be loaded after ours. */
  readonly userConfigs: readonly string[];
}

/** Decides which resource files an agent's daprd gets. Where the user has written one of the same kind and name, theirs is taken. */
export function generateResources(plan: ResourcePlan): GeneratedResources {
  const { agent, user, delivery } = plan;
  const theirs = resourcesFor(agent, user);
  const has = (kind: string, name: string): boolean =>
    theirs.some((one) => one.kind === kind && one.name === name);

  const secrets: Record<string, string> = {};
  const components = plan.components
    .filter(({ name }) => !has("Component", name))
    .map((one) => componentFile(one, delivery, secrets));
  const needsStore =
    components.some(({ document }) => document.auth !== undefined) && !has("Component", SECRET_STORE);

  const pubsubs = [
    ...plan.components.filter(isPubsub).map(({ name }) => name),
    ...theirs
      .filter((one) => one.kind === "Component" && String(one.spec["type"]).startsWith("pubsub."))
      .map(({ name }) => name),
  ];
  const targeted = new Set(theirs.filter(({ kind }) => kind === "Resiliency").flatMap(targetsOf));
  const ours = has("Resiliency", "agents") ? [] : [...new Set(pubsubs)].filter((name) => !targeted.has(name));

  const written = theirs.filter(({ kind }) => kind === "Subscription").flatMap(routedTopicOf);
  const subscriptions = plan.subscriptions.filter(
    ({ pubsub, topic }) => !written.some((one) => one.pubsub === pubsub && one.topic === topic),
  );
  return {
    files: [
      ...components,
      ...(needsStore ? [secretStore()] : []),
      ...(ours.length === 0 ? [] : [resiliency(ours, delivery.deliveryTimeoutMs)]),
      ...subscriptions.map((one) => subscription(agent, one)),
      configuration({ ...plan.configuration, closedSecretStore: needsStore ? SECRET_STORE : null }),
    ],
    secrets,
    maxAttempts: pubsubs.every((name) => ours.includes(name)) ? REDELIVERIES + 1 : null,
    declared: [
      ...written,
      ...subscriptions.map(({ pubsub, topic, path }) => ({ pubsub, topic, paths: [path] })),
    ],
    userConfigs: [...new Set(theirs.filter(({ kind }) => kind === "Configuration").map(({ file }) => file))],
  };
}

function isPubsub({ on }: PlannedComponent): boolean {
  return on.by === "redis-pubsub" || (on.by === "type" && on.type.startsWith("pubsub."));
}

function componentFile(
  { name, metadata, on }: PlannedComponent,
  delivery: DeliverySettings,
  secrets: Record<string, string>,
): ResourceFile {
  const type = on.by === "type" ? on.type : on.by === "sqlite-state" ? "state.sqlite" : "redis";
  const { items, secrets: found } = ownMetadata(name, type, metadata);
  Object.assign(secrets, found);
  switch (on.by) {
    case "redis-pubsub":
      return redisPubsub(name, on.redis, delivery, items);
    case "redis-state":
      return redisState(name, on.redis, items);
    case "sqlite-state":
      return sqliteState(name, on.file, items);
    case "type":
      return plainComponent(name, on.type, items);
    default:
      return on satisfies never;
  }
}

/** The components whose deliveries a Resiliency of the user's governs. */
function targetsOf({ spec }: UserResource): readonly string[] {
  const targets = isFields(spec["targets"]) ? spec["targets"]["components"] : null;
  if (!isFields(targets)) return [];
  return Object.entries(targets).flatMap(([name, target]) =>
    isFields(target) && target["inbound"] !== undefined ? [name] : [],
  );
}

/** Subscription v1alpha1 has one `route`, v2alpha1 `routes` with rules and a default. */
function routedTopicOf({ spec }: UserResource): readonly RoutedTopic[] {
  const { pubsubname: pubsub, topic, route } = spec;
  if (typeof pubsub !== "string" || typeof topic !== "string") return [];
  const routes = isFields(spec["routes"]) ? spec["routes"] : {};
  const rules: readonly unknown[] = Array.isArray(routes["rules"]) ? routes["rules"] : [];
  const paths = [route, routes["default"], ...rules.map((rule) => (isFields(rule) ? rule["path"] : null))];
  return [{ pubsub, topic, paths: paths.filter((path) => typeof path === "string") }];
}
