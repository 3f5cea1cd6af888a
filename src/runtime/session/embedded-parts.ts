import { join } from "node:path";
import type { ResolvedConfig } from "../model/resolved.ts";
import type { EmbeddedHostOptions } from "../resources/sidecar/embedded/host-options.ts";
import type { RunPlan } from "./plan-run.ts";

/**
 * What the sidecars' thread serves itself. Where every sidecar is a daprd, components are the daprds' business: what the
 * embedded sidecar does not know is no error, and what they write is not opened twice.
 */
export function embeddedParts(
  { components, root }: ResolvedConfig,
  { agentSidecars, choices }: Pick<RunPlan, "agentSidecars" | "choices">,
): Pick<EmbeddedHostOptions, "components" | "resources" | "soonOnRedis"> {
  const all = Object.values(components);
  const kinds = [...agentSidecars.byAgent.values()];
  const soonOnRedis = all.some(({ resource }) => {
    const as = resource === null ? undefined : choices.get(resource)?.as;
    return as !== undefined && as !== "embedded";
  });
  if (kinds.length === 0 || kinds.includes("embedded"))
    return { components: all, resources: [join(root, "resources")], soonOnRedis };
  return {
    soonOnRedis,
    components: all.flatMap((one) => (one.kind === "pubsub" ? [{ ...one, type: null, metadata: {} }] : [])),
    resources: [],
  };
}
