import type { ResolvedAgent, ResolvedConfig } from "../model/resolved.ts";
import { maskPasswords } from "../plan/mask-url.ts";
import { readEnvFile } from "./env-file.ts";
import type { OwnEnvironment } from "./secrets.ts";

/** What stands where a secret is. */
const MASK = "***";
/** Masking every `1` and `no` of a config would hide more than it protects. */
const SHORTEST = 4;
/** From here on a value is not in a longer text by chance: it is masked there as well. */
const NO_CHANCE = 12;

/**
 * A config as it may be shown: without the values of the secrets that its agents name, and without passwords in URLs. Only
 * where a config holds values that somebody chose freely; a name, path or kind is none, whatever a secret is.
 */
export function maskConfig(config: ResolvedConfig, own: OwnEnvironment): ResolvedConfig {
  const agents = Object.values(config.agents);
  const named = secretNames(config);
  const values = [...new Set(agents.flatMap((agent) => secretValues(agent, named(agent), own)))]
    .filter((value) => value.length >= SHORTEST)
    .toSorted((a, b) => b.length - a.length);
  const hide = (text: string): string => maskPasswords(values.reduce(hideValue, text));
  const hidden: ResolvedConfig = maskValues(config, hide);
  return {
    ...hidden,
    agents: Object.fromEntries(
      Object.entries(hidden.agents).map(([name, agent]) => [
        name,
        { ...agent, env: maskNamed(agent, named(agent)) },
      ]),
    ),
  };
}

/** As the whole text, behind `name=`, or as a part of a URL. */
function hideValue(text: string, value: string): string {
  if (text === value) return MASK;
  if (value.length >= NO_CHANCE) return text.replaceAll(value, MASK);
  if (text.includes("://"))
    return text
      .split(/([:/?#[\]@!$&'()*+,;=])/)
      .map((part, index) => (index % 2 === 0 && index > 0 && part === value ? MASK : part))
      .join("");
  return text.endsWith(`=${value}`) ? `${text.slice(0, -value.length)}${MASK}` : text;
}

function maskNamed({ env }: ResolvedAgent, names: readonly string[]): ResolvedAgent["env"] {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, names.includes(name) ? MASK : value]),
  );
}

/** The secrets that an agent names, and those that the config refers to: keys of models, tokens for prompts. */
function secretNames({ resources, prompts }: ResolvedConfig): (agent: ResolvedAgent) => readonly string[] {
  const keys = Object.values(resources).flatMap((resource) =>
    resource.kind === "azureopenai" && resource.auth.by === "key" ? [resource.auth.from] : [],
  );
  const tokens = prompts.from === "github" ? prompts.tokenFrom : [];
  return ({ secrets }) => [...secrets, ...keys, ...tokens];
}

function secretValues(
  agent: ResolvedAgent,
  names: readonly string[],
  own: OwnEnvironment,
): readonly string[] {
  const values = { ...own, ...fileOf(agent), ...agent.env };
  return names.flatMap((name) => [values[name] ?? [], own[name] ?? []].flat());
}

/** What is shown is not refused because of a file that only a start needs. */
function fileOf(agent: ResolvedAgent): Readonly<Record<string, string>> {
  try {
    return readEnvFile(agent);
  } catch {
    return {};
  }
}

type Hide = (text: string) => string;

/** The parts of a config that hold values, by their keys; a part below `environments` may hold anything. */
const HOLDS_VALUES: Readonly<Record<string, (part: unknown, hide: Hide) => unknown>> = {
  env: mapTexts,
  metadata: mapTexts,
  environments: mapTexts,
  url: mapTexts,
  // The program is a path.
  command: (part, hide) =>
    Array.isArray(part)
      ? part.map((argument, index) => (index === 0 ? argument : mapTexts(argument, hide)))
      : part,
};
/** What is below these is named by the user: an agent may be called `env`. */
const NAMED = new Set(["agents", "resources", "components"]);

function maskValues<T>(part: T, hide: Hide, isNames = false): T {
  const masked: unknown =
    typeof part !== "object" || part === null || Array.isArray(part)
      ? part
      : Object.fromEntries(
          Object.entries(part).map(([key, value]: [string, unknown]) => {
            const holds = isNames ? undefined : HOLDS_VALUES[key];
            return [
              key,
              holds === undefined ? maskValues(value, hide, !isNames && NAMED.has(key)) : holds(value, hide),
            ];
          }),
        );
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only texts were changed
  return masked as T;
}

/** The same data with every text changed; names of keys stay. */
function mapTexts(value: unknown, change: Hide): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item: unknown) => mapTexts(item, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, change)]));
}
