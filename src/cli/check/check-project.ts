import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ResolvedConfig } from "../../runtime/model/resolved.ts";
import { assertEntry } from "../../runtime/resources/bundle/entry-errors.ts";
import { cyclesIn } from "./cycles.ts";
import type { ReadFile } from "./cycles.ts";
import { importsIn } from "./imports.ts";
import type { AgentFolder, Violation } from "./rules.ts";
import { ruleBroken, RULES } from "./rules.ts";

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
export function checkProject(config: ResolvedConfig, names: readonly string[]): Checked {
  const folders = agentFolders(config);
  const wanted = Object.keys(config.agents).filter((name) => names.length === 0 || names.includes(name));
  for (const name of wanted) {
    const run = config.agents[name]?.run;
    if (run?.by === "entry") assertEntry({ agent: name, entry: run.entry }, config.root);
  }
  const looked = folders.filter(({ agent }) => wanted.includes(agent));
  const results = looked.map((own) => checkAgent(own, folders));
  return {
    agents: looked.map(({ agent }) => agent),
    files: results.reduce((sum, { files }) => sum + files, 0),
    skipped: wanted.filter((name) => !looked.some(({ agent }) => agent === name)),
    violations: results.flatMap(({ violations }) => violations),
  };
}

/** The folders of those agents that have one for themselves. */
export function agentFolders({ agents, root }: ResolvedConfig): readonly AgentFolder[] {
  const entries = Object.values(agents).flatMap(({ name, run }) =>
    run.by === "entry" ? [{ agent: name, folder: dirname(run.entry) }] : [],
  );
  return entries.filter(
    ({ agent, folder }) =>
      folder !== root &&
      !entries.some((other) => other.agent !== agent && `${other.folder}/`.startsWith(`${folder}/`)),
  );
}

function checkAgent(own: AgentFolder, all: readonly AgentFolder[]) {
  const files = sourcesIn(own.folder);
  const violations: Violation[] = [];
  const read: ReadFile[] = [];
  for (const file of files) {
    const found = importsIn(file, readFileSync(file, "utf8"));
    if (found.at === "broken") {
      violations.push({
        rule: "syntax",
        file,
        line: found.line,
        message: `${RULES.syntax}: ${found.message}`,
      });
      continue;
    }
    read.push({ file, imports: found.imports });
    for (const each of found.imports) {
      const rule = ruleBroken(file, own, all, each);
      if (rule !== null)
        violations.push({ rule, file, line: each.line, message: `${RULES[rule]}: "${each.specifier}"` });
    }
  }
  const sorted = [...violations, ...cyclesIn(read)].toSorted((a, b) =>
    a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1,
  );
  return { files: files.length, violations: sorted };
}

function sourcesIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return NO_SOURCE.has(entry.name) ? [] : sourcesIn(path);
      return entry.isFile() && SOURCE.test(entry.name) && !TEST.test(entry.name) ? [path] : [];
    });
}
