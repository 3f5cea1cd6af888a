import { resolve as resolvePath } from "node:path";
import type { AgentModel, ResolvedPrompts } from "../resolved.ts";
import type { Config } from "./config.ts";
import type { EnvironmentDefinition, PromptsDefinition } from "./environment.ts";
import { isPlainObject } from "./check-shape.ts";
import { namesOf } from "./parts.ts";
import type { Problem } from "./problem.ts";
import { join, wrong } from "./problem.ts";
import { nameOf } from "./references.ts";

/** Kinds of resources that an agent can ask as its model. */
const MODELS: ReadonlySet<string> = new Set(["ollama", "azureopenai"]);
/** What a machine is without a word: no config has to describe it. */
const UNSAID = "development";

/** An environment that is asked for and not in the config: one mistyped must not run as something else. */
export function checkEnvironmentName(raw: unknown, name: string | null): readonly Problem[] {
  const names = namesOf(raw, "environments");
  if (name === null || name === UNSAID || names.length === 0 || names.includes(name)) return [];
  return [
    wrong(
      join("environments", name),
      name,
      {
        what: "an environment of this config (AGENTS_ENV asks for it)",
        expected: `one of ${names.join(", ")}`,
      },
      names,
    ),
  ];
}

/** What an agent uses in an environment, and the model among it that it asks. */
export interface UsedHere {
  readonly uses: readonly string[];
  readonly model: AgentModel | null;
}

/** A model that the environment names takes the place of those that the agent uses. */
export function usedHere(
  agent: string,
  uses: readonly string[],
  config: Config,
  environment: string | null,
): UsedHere {
  const kinds = new Map(Object.entries(config.resources ?? {}).map(([name, { kind }]) => [name, kind]));
  const isModel = (name: string): boolean => MODELS.has(kinds.get(name) ?? "");
  const own = uses.find(isModel);
  const here = environmentOf(config, environment);
  const forIt = nameOf(here.agents?.[agent]?.model, config);
  const forAll = own === undefined ? null : nameOf(here.model, config);
  const chosen = forIt ?? forAll;
  if (chosen !== null) {
    const path = join("environments", environment ?? "");
    const because = forIt === null ? `${path}.model` : `${join(`${path}.agents`, agent)}.model`;
    return {
      uses: [...uses.filter((name) => !isModel(name)), chosen],
      model: { resource: chosen, because },
    };
  }
  const model = own === undefined ? null : { resource: own, because: `${join("agents", agent)}.uses` };
  return { uses, model };
}

/** Ollamas that somebody used and nobody uses in this environment: nothing is started for them. */
export function notAskedHere(
  config: Config,
  written: readonly (readonly string[])[],
  here: readonly (readonly string[])[],
): ReadonlySet<string> {
  const waitedFor = [...Object.values(config.resources ?? {}), ...Object.values(config.agents)].flatMap(
    (one) => [
      ...("dependsOn" in one ? Object.keys(one.dependsOn ?? {}) : []),
      ...("uses" in one && "kind" in one ? (one.uses ?? []).map((use) => nameOf(use, config) ?? "") : []),
    ],
  );
  const [before, now] = [new Set(written.flat()), new Set([...here.flat(), ...waitedFor])];
  return new Set(
    Object.entries(config.resources ?? {}).flatMap(([name, { kind }]) =>
      kind === "ollama" && before.has(name) && !now.has(name) ? [name] : [],
    ),
  );
}

/** Where prompts come from in an environment. */
export function promptsHere(config: Config, environment: string | null, root: string): ResolvedPrompts {
  const prompts: PromptsDefinition =
    environmentOf(config, environment).prompts ?? config.prompts ?? "prompts";
  if (typeof prompts === "string") return { from: "folder", folder: resolvePath(root, prompts) };
  const { repo, ref, path = "prompts", api = GITHUB, tokenFrom } = prompts;
  const usual = new URL(api).host === new URL(GITHUB).host ? ["GITHUB_TOKEN", "GH_TOKEN"] : ENTERPRISE;
  return {
    from: "github",
    repo,
    ref,
    path: path.replaceAll(/^\/+|\/+$/g, ""),
    api: api.replace(/\/+$/, ""),
    tokenFrom: tokenFrom === undefined ? usual : [tokenFrom],
  };
}

const GITHUB = "https://api.github.com";
/** A token for github.com is never sent to another server. */
const ENTERPRISE = ["GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"];

/** The environments as data: resources in them as their names. */
export function environmentsAsData(config: Config): Readonly<Record<string, unknown>> {
  const resources = new Map<unknown, string>(
    Object.entries(config.resources ?? {}).map(([name, resource]) => [resource, name]),
  );
  const named = (value: unknown): unknown => {
    const name = resources.get(value);
    if (name !== undefined) return name;
    if (Array.isArray(value)) return value.map(named);
    return isPlainObject(value)
      ? Object.fromEntries(
          Object.entries(value).flatMap(([key, part]) => (part === undefined ? [] : [[key, named(part)]])),
        )
      : value;
  };
  return Object.fromEntries(
    Object.entries(config.environments ?? {}).map(([name, value]) => [name, named(value)]),
  );
}

function environmentOf(config: Config, name: string | null): EnvironmentDefinition {
  return (name === null ? undefined : config.environments?.[name]) ?? {};
}
