import type { ResolvedConfig } from "../model/resolved.ts";
import type { HostFacts, LlmMode } from "../plan/stand-ins.ts";
import { probeOllama } from "../resources/ollama/probe.ts";

/** Names of the `ollama` resources for which one answers already, on the port that the config has. */
export async function ollamasThatAnswer({ resources }: ResolvedConfig): Promise<ReadonlySet<string>> {
  const names = Object.values(resources).map(async (resource) => {
    if (resource.kind !== "ollama" || resource.port === 0) return [];
    return (await probeOllama(`http://127.0.0.1:${resource.port}`)) === null ? [] : [resource.name];
  });
  return new Set((await Promise.all(names)).flat());
}

/** Looks at this machine: what answers that a resource of the config could use. Starts nothing. */
export async function gatherFacts(
  config: ResolvedConfig,
  llm: LlmMode | null,
  env: Readonly<Record<string, string | undefined>>,
): Promise<HostFacts> {
  const given = env["AGENTS_OLLAMA_URL"];
  const found = Object.values(config.resources).map(async (resource) => {
    if (resource.kind !== "ollama" || llm === "sample" || llm === "replay")
      return [resource.name, null] as const;
    return [resource.name, await probeOllama(given ?? `http://127.0.0.1:${resource.port}`)] as const;
  });
  return { ollama: Object.fromEntries(await Promise.all(found)), llm, ollamaGiven: given ?? null };
}
