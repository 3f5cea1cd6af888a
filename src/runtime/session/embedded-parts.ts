import { join } from "node:path";
import type { ResolvedConfig } from "../model/resolved.ts";
import type { AgentSidecars } from "../plan/agent-sidecars.ts";
import type { EmbeddedHostOptions } from "../resources/sidecar/embedded/host-options.ts";

/**
 * What the sidecars' thread serves itself. Where every sidecar is a daprd, components are the daprds' business: what the
 * embedded sidecar does not know is no error, and what they write is not opened twice.
 */
export function embeddedParts(
  { components, root }: ResolvedConfig,
  { byAgent }: AgentSidecars,
): Pick<EmbeddedHostOptions, "components" | "resources"> {
  const all = Object.values(components);
  const kinds = [...byAgent.values()];
  if (kinds.length === 0 || kinds.includes("embedded"))
    return { components: all, resources: [join(root, "resources")] };
  return {
    components: all.flatMap((one) => (one.kind === "pubsub" ? [{ ...one, type: null, metadata: {} }] : [])),
    resources: [],
  };
}
