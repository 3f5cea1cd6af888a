import type { ResolvedConfig } from "../model/resolved.ts";
import type { StandIn } from "./stand-ins.ts";

/** Where each resource is for those who use it (`<NAME>_URL`), by its name; null where there is nothing to connect to. */
export function urlsOf(
  config: ResolvedConfig,
  standIns: readonly StandIn[],
): Readonly<Record<string, string | null>> {
  return Object.fromEntries([
    ...Object.values(config.resources).flatMap((resource) =>
      resource.kind === "external"
        ? [[resource.name, resource.url] as const]
        : resource.kind === "azureopenai"
          ? [[resource.name, resource.endpoint] as const]
          : [],
    ),
    ...standIns.map(({ name, url }) => [name, url] as const),
  ]);
}
