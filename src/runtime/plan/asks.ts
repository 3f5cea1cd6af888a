import type { ResolvedConfig } from "../model/resolved.ts";
import type { Build } from "./build.ts";
import type { Given } from "./machine.ts";
import type { Kept, Mode } from "./mode.ts";
import { canRun } from "./obstacles.ts";

export interface AsksInput {
  readonly config: ResolvedConfig;
  readonly mode: Mode;
  readonly kept: Kept;
  readonly given: Given;
  readonly build: Build;
  readonly sampleOnly: boolean;
}

/**
 * The images that may run in this run, by their names in the config. None: Docker need not be looked for, which costs time.
 */
export function imagesAskedFor(input: AsksInput): readonly string[] {
  const { config, build } = input;
  const containers = canRun(build.container, true);
  const images = [
    ...Object.values(config.resources).flatMap((resource) => {
      switch (resource.kind) {
        case "redis":
        case "sqlserver":
        case "ollama":
          return mayBeContainer(resource, input) ? [resource.image] : [];
        case "container":
          return containers ? [resource.image] : [];
        case "task":
        case "azureopenai":
        case "external":
          return [];
        default:
          return resource satisfies never;
      }
    }),
    ...Object.values(config.agents).flatMap(({ run }) =>
      run.by === "image" && containers ? [run.image] : [],
    ),
  ];
  return [...new Set(images)];
}

function mayBeContainer(
  { name, kind }: { readonly name: string; readonly kind: "redis" | "sqlserver" | "ollama" },
  { mode, kept, given, build, sampleOnly }: AsksInput,
): boolean {
  if (given[kind] !== null || mode === "embedded" || (kind === "ollama" && sampleOnly)) return false;
  const stays = kept[name];
  if (mode === "auto" && stays !== undefined && stays !== "container") return false;
  return canRun(build[`${kind}-container`], mode === "containers" || stays === "container");
}
