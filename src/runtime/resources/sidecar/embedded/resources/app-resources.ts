import { Resiliency } from "../resiliency/resiliency.ts";
import { appConfiguration, type AppConfiguration } from "./configuration.ts";
import { isForApp, type DaprResource } from "./dapr-resource.ts";
import { declaredSubscriptions, type DeclaredSubscriptions } from "./declared-subscriptions.ts";

/** What the resources of a host mean for one app. */
export interface AppResources {
  readonly declared: DeclaredSubscriptions;
  readonly resiliency: Resiliency;
  readonly configuration: AppConfiguration;
}

export function appResources(resources: readonly DaprResource[], appId: string): AppResources {
  const mine = resources.filter((one) => isForApp(one, appId));
  return {
    declared: declaredSubscriptions(mine, appId),
    resiliency: new Resiliency(mine.filter(({ kind }) => kind === "Resiliency")),
    configuration: appConfiguration(mine.filter(({ kind }) => kind === "Configuration")),
  };
}

/** True where nothing that sidecars follow has changed; components have ways of their own. */
export function sameResources(one: readonly DaprResource[], other: readonly DaprResource[]): boolean {
  return followed(one) === followed(other);
}

function followed(resources: readonly DaprResource[]): string {
  return JSON.stringify(resources.filter(({ kind }) => kind !== "Component"));
}
