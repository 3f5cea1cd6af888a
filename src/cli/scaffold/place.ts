import { basename, dirname, join, relative } from "node:path";
import type { ResolvedConfig } from "../../runtime/model/resolved.ts";

/** Where a project keeps its agents and their tests: relative to its root, with `/`. */
export interface Places {
  readonly agents: string;
  readonly tests: string;
}

/** The folder that most agents of the project lie in; `src/agents` where there is none to go by. */
export function placesOf(config: ResolvedConfig): Places {
  const folders = Object.values(config.agents).flatMap(({ name, run }) => {
    if (run.by !== "entry") return [];
    const folder = dirname(run.entry);
    return basename(folder) === name ? [relative(config.root, dirname(folder))] : [];
  });
  const counts = Map.groupBy(
    folders.filter((folder) => folder !== "" && !folder.startsWith("..")),
    (folder) => folder,
  );
  const [[most] = ["src/agents"]] = [...counts].toSorted(([, a], [, b]) => b.length - a.length);
  const agents = (most ?? "src/agents").replaceAll("\\", "/");
  return { agents, tests: join("test", agents.replace(/^src(?:\/|$)/, "")) };
}
