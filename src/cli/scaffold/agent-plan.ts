import { join, posix, relative } from "node:path";
import type { ResolvedConfig } from "../../runtime/model/resolved.ts";
import { AgentsError } from "../../runtime/model/errors.ts";
import type { PayloadSchema } from "../events/catalog.ts";
import type { AgentEntry } from "./config/agent-entry.ts";
import type { Places } from "./place.ts";
import type { NewFile } from "./template-files.ts";
import { subscribedText } from "./subscribed-text.ts";
import { rename } from "./tokens.ts";

/** What was asked for, complete and checked. */
export interface AgentRequest {
  readonly name: string;
  readonly port: number;
  /** Event types of other agents, with their payload's schema where the catalog has one. */
  readonly subscribes: ReadonlyMap<string, PayloadSchema | null>;
  /** What the project's tests are written with. */
  readonly testsWith: "tap" | "node:test";
  /** Event type that is published when an entry is recorded; null: `agents.<name>.entry.recorded`. */
  readonly publishes: string | null;
}

/** What `agents new` will do. */
export interface AgentPlan {
  readonly entry: AgentEntry;
  readonly files: readonly NewFile[];
}

/** Where the agent keeps what it records: a database of the project, else its state store. */
export type Storage = "sql" | "state";

/**
 * Decides where a new agent of this project keeps its data.
 *
 * @throws AgentsError AGENTS_CONFIG_INVALID where the project has neither.
 */
export function storageOf({ resources, components, file }: ResolvedConfig): Storage {
  if (Object.values(resources).some(({ kind }) => kind === "sqlserver")) return "sql";
  if (Object.hasOwn(components, "agents-statestore")) return "state";
  throw new AgentsError("AGENTS_CONFIG_INVALID", "A new agent would have nowhere to keep its data.", {
    path: file,
    expected: 'a resource sqlServer(), or a component "agents-statestore"',
    found: "neither",
    hint: 'Add one to the config first, e.g. components: { "agents-statestore": stateStore() }.',
  });
}

/** The files and the config entry of a new agent. Pure: templates and project in, texts out. */
export function planAgent(
  { name, port, subscribes, testsWith, publishes }: AgentRequest,
  config: ResolvedConfig,
  places: Places,
  templates: readonly NewFile[],
): AgentPlan {
  const recorded = `agents.${name}.entry.recorded`;
  const requested = `agents.${name}.entry.requested`;
  const files = templates.map(({ path, text }) => {
    const moved = pathOf(rename(path, name), places);
    const renamed = rename(text, name).replaceAll(recorded, publishes ?? recorded);
    return {
      path: moved.replace(recorded, publishes ?? recorded),
      text: moved.startsWith(`${places.tests}/`)
        ? withImports(renamed, moved, places, name).replace('from "tap"', `from "${testsWith}"`)
        : renamed,
    };
  });
  const listens = `${places.agents}/${name}/presentation/subscribed-events.ts`;
  return {
    files: files
      .map((file) =>
        file.path === listens && subscribes.size > 0 ? { ...file, text: subscribedText(subscribes) } : file,
      )
      .toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    entry: {
      name,
      entry: `${places.agents}/${name}/main.ts`,
      port,
      uses: Object.values(config.resources).flatMap((resource) =>
        resource.kind === "sqlserver" || resource.kind === "ollama" ? [resource.name] : [],
      ),
      subscribes: [...subscribes.keys(), requested],
    },
  };
}

/** The folders of the template, as this project has them. */
function pathOf(path: string, { agents, tests }: Places): string {
  return path.replace(/^src\/agents(?=\/)/, agents).replace(/^test\/agents(?=\/)/, tests);
}

/** A test's way to the agent's sources. */
function withImports(text: string, path: string, { agents }: Places, name: string): string {
  const way = posix.relative(posix.dirname(path), posix.join(agents, name));
  return text.replaceAll(new RegExp(`(?:\\.\\./)+src/agents/${name}(?=/)`, "g"), way);
}

/** A path as a person types it. */
export function shown(root: string, path: string): string {
  return relative(process.cwd(), join(root, path)) || path;
}
