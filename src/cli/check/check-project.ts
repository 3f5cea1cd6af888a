import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ResolvedConfig } from "../../runtime/model/resolved.ts";
import { assertEntry } from "../../runtime/resources/bundle/entry-errors.ts";
import { cyclesIn } from "./cycles.ts";
import type { ReadFile } from "./cycles.ts";
import { importsIn } from "./imports.ts";
import type { FileImports } from "./imports.ts";
import type { AgentFolder, Violation } from "./rules.ts";
import { ruleBroken, RULES, withoutEnding } from "./rules.ts";
import { targetsOf } from "./targets.ts";
import type { Target } from "./targets.ts";

/** What was looked at, and what is wrong with it. */
export interface Checked {
  readonly agents: readonly string[];
  readonly files: number;
  /** Agents that are no TypeScript or JavaScript in a folder of their own: there is nothing to hold against the rules. */
  readonly skipped: readonly string[];
  readonly violations: readonly Violation[];
}

const SOURCE = /\.[cm]?[jt]sx?$/;
const TEST = /\.(?:test|spec)\.[cm]?[jt]sx?$/;
const NO_SOURCE = new Set(["node_modules", "dist", ".agents", "__tests__"]);

/**
 * Holds the agents of a project against the rules.
 *
 * @param names Those to look at; empty: all.
 * @throws AgentsError AGENTS_ENTRY_NOT_FOUND: an agent that is not there breaks no rule, and that would be no answer.
 */
export async function checkProject(config: ResolvedConfig, names: readonly string[]): Promise<Checked> {
  const folders = agentFolders(config);
  const wanted = Object.keys(config.agents).filter((name) => names.length === 0 || names.includes(name));
  for (const name of wanted) {
    const run = config.agents[name]?.run;
    if (run?.by === "entry") assertEntry({ agent: name, entry: run.entry }, config.root);
  }
  const looked = folders.filter(({ agent }) => wanted.includes(agent));
  const read = looked.map((own) => ({ own, sources: readSources(own.folder) }));
  const all = read.flatMap(({ sources }) => sources);
  const target = await targetsOf(
    config.root,
    all.flatMap(({ file, found }) =>
      found.at === "broken" ? [] : found.imports.map(({ specifier }) => ({ file, specifier })),
    ),
  );
  return {
    agents: looked.map(({ agent }) => agent),
    files: all.length,
    skipped: wanted.filter((name) => !looked.some(({ agent }) => agent === name)),
    violations: read.flatMap(({ own, sources }) => checkAgent(own, folders, sources, target)),
  };
}

/** The folders of those agents that have one for themselves. */
function agentFolders({ agents, root }: ResolvedConfig): readonly AgentFolder[] {
  const entries = Object.values(agents).flatMap(({ name, run }) =>
    run.by === "entry" ? [{ agent: name, folder: dirname(run.entry) }] : [],
  );
  return entries.filter(
    ({ agent, folder }) =>
      folder !== root &&
      !entries.some((other) => other.agent !== agent && `${other.folder}/`.startsWith(`${folder}/`)),
  );
}

/** A source file of an agent. */
interface Source {
  readonly file: string;
  readonly found: FileImports;
}

function readSources(folder: string): readonly Source[] {
  return sourcesIn(folder).map((file) => ({ file, found: importsIn(file, readFileSync(file, "utf8")) }));
}

function checkAgent(
  own: AgentFolder,
  all: readonly AgentFolder[],
  sources: readonly Source[],
  target: Target,
): readonly Violation[] {
  const violations: Violation[] = [];
  const followed: ReadFile[] = [];
  for (const { file, found } of sources) {
    if (found.at === "broken") {
      const { line, message } = found;
      violations.push({ rule: "syntax", file, line, message: `${RULES.syntax}: ${message}` });
      continue;
    }
    const imports = found.imports.map((each) => {
      const path = target({ file, specifier: each.specifier });
      return { ...each, target: path === null ? null : withoutEnding(path) };
    });
    followed.push({ file, imports });
    for (const each of imports) {
      const rule = ruleBroken(file, own, all, each);
      if (rule !== null)
        violations.push({ rule, file, line: each.line, message: `${RULES[rule]}: "${each.specifier}"` });
    }
  }
  return [...violations, ...cyclesIn(followed)].toSorted((a, b) =>
    a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1,
  );
}

function sourcesIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return NO_SOURCE.has(entry.name) ? [] : sourcesIn(path);
      if (!SOURCE.test(entry.name) || TEST.test(entry.name)) return [];
      // Through a link, too: what it leads to runs as a part of this layer.
      return statSync(path, { throwIfNoEntry: false })?.isFile() === true ? [path] : [];
    });
}
