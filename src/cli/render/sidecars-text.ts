import type { RunView } from "../../runtime/model/snapshot.ts";
import { counted } from "./units.ts";

/** What serves the sidecars of a run, and what they are; null where there are none. */
export function sidecarsText({
  resources,
}: Pick<RunView, "resources">): { readonly kinds: string; readonly what: string } | null {
  const sidecars = resources.filter(({ kind }) => kind === "sidecar");
  const kinds = [...new Set(sidecars.map(({ implementation }) => implementation))];
  const [only] = kinds;
  if (only === undefined) return null;
  if (kinds.length > 1) {
    const counts = kinds.map((kind) =>
      counted(sidecars.filter(({ implementation }) => implementation === kind).length, kind, kind),
    );
    return { kinds: "mixed", what: counts.join(", ") };
  }
  const versions = [...new Set(sidecars.flatMap(({ version }) => version ?? []))];
  if (only === "daprd") return { kinds: only, what: versions.join(", ") };
  const inRedis = resources.some(
    ({ kind, implementation }) => kind === "redis" && implementation !== "embedded",
  );
  return { kinds: only, what: `Dapr's HTTP API ${inRedis ? "with Redis" : "on a durable bus"}` };
}
