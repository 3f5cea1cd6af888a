import type { ResolvedConfig, ResolvedResource } from "../model/resolved.ts";

/** A deployment elsewhere that nobody asks in this environment is nothing that runs. */
export function resourcesThatRun({ resources, agents }: ResolvedConfig): readonly ResolvedResource[] {
  const all = Object.values(resources);
  const needed = new Set(
    [...all, ...Object.values(agents)].flatMap((one) => [
      ...("uses" in one ? one.uses : []),
      ...("dependsOn" in one ? Object.keys(one.dependsOn) : []),
    ]),
  );
  return all.filter(({ kind, name }) => kind !== "azureopenai" || needed.has(name));
}

/** The models of each Ollama, by its name. */
export function modelsOf({ resources }: ResolvedConfig): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    Object.values(resources).flatMap((resource) =>
      resource.kind === "ollama" ? [[resource.name, resource.models]] : [],
    ),
  );
}
