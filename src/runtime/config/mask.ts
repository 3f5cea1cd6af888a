import type { ResolvedAgent, ResolvedConfig } from "../model/resolved.ts";
import { maskPasswords } from "../plan/mask-url.ts";
import { readEnvFile } from "./env-file.ts";
import type { OwnEnvironment } from "./secrets.ts";

/** What stands where a secret is. */
const MASK = "***";
/** Masking every `1` and `no` of a config would hide more than it protects. */
const SHORTEST = 4;

/** A config as it may be shown: without the values of the secrets that its agents name, and without passwords in URLs. */
export function maskConfig(config: ResolvedConfig, own: OwnEnvironment): ResolvedConfig {
  const agents = Object.values(config.agents);
  const values = [...new Set(agents.flatMap((agent) => secretValues(agent, own)))]
    .filter((value) => value.length >= SHORTEST)
    .toSorted((a, b) => b.length - a.length);
  const hide = (text: string): string =>
    values.reduce((hidden, value) => hidden.replaceAll(value, MASK), maskPasswords(text));
  const hidden: ResolvedConfig = mapTexts(config, hide);
  return {
    ...hidden,
    agents: Object.fromEntries(
      Object.entries(hidden.agents).map(([name, agent]) => [name, { ...agent, env: maskNamed(agent) }]),
    ),
  };
}

function maskNamed({ env, secrets }: ResolvedAgent): ResolvedAgent["env"] {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, secrets.includes(name) ? MASK : value]),
  );
}

function secretValues(agent: ResolvedAgent, own: OwnEnvironment): readonly string[] {
  const values = { ...own, ...fileOf(agent), ...agent.env };
  return agent.secrets.flatMap((name) => [values[name] ?? [], own[name] ?? []].flat());
}

/** What is shown is not refused because of a file that only a start needs. */
function fileOf(agent: ResolvedAgent): Readonly<Record<string, string>> {
  try {
    return readEnvFile(agent);
  } catch {
    return {};
  }
}

/** The same data with every text changed; names of keys stay. */
function mapTexts<T>(value: T, change: (text: string) => string): T {
  const mapped: unknown =
    typeof value === "string"
      ? change(value)
      : Array.isArray(value)
        ? value.map((item: unknown) => mapTexts(item, change))
        : typeof value === "object" && value !== null
          ? Object.fromEntries(
              Object.entries(value).map(([key, item]) => [key, mapTexts<unknown>(item, change)]),
            )
          : value;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only texts were changed
  return mapped as T;
}
