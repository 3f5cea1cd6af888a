import { isMap, isNode, isScalar, parseDocument } from "yaml";
import type { Pair, YAMLMap } from "yaml";
import type { AgentEntry } from "./agent-entry.ts";
import { membersOf } from "./agent-entry.ts";
import type { TextEdit } from "./text-edit.ts";
import { applyEdits, indentAt, lineBreakOf } from "./text-edit.ts";

/** A YAML config with one agent more, or null where its `agents` are no mapping. Only text is added. */
export function addToYaml(text: string, agent: AgentEntry): string | null {
  const document = parseDocument(text, { keepSourceTokens: true });
  const agents = document.get("agents", true);
  if (document.errors.length > 0 || !isMap(agents)) return null;
  const edit = agents.flow === true ? inBraces(text, agents, agent) : inBlock(text, agents, agent);
  return edit === null ? null : applyEdits(text, [edit]);
}

/** The lines of an agent, as they stand below `agents:`. */
export function yamlLines(agent: AgentEntry, indent: string, step: string): readonly string[] {
  const members = membersOf(agent).map(([key, value]) => `${indent}${step}${key}: ${plain(value)}`);
  return [`${indent}${keyText(agent.name)}:`, ...members];
}

/** Behind the last member and the comment on its line. */
function inBlock(text: string, agents: YAMLMap, agent: AgentEntry): TextEdit | null {
  const first = agents.items[0]?.key;
  const last = agents.items.at(-1);
  if (!isScalar(first) || first.range == null || last === undefined) return null;
  const indent = indentAt(text, first.range[0]);
  const eol = lineBreakOf(text);
  const lines = yamlLines(agent, indent, stepOf(text, agents.items, indent)).join(eol);
  // The end of the line that the last member ends on.
  const end = text.slice(0, endOf(last)).trimEnd().length;
  const lineEnd = text.indexOf("\n", end);
  return lineEnd < 0
    ? { from: text.length, to: text.length, text: eol + lines + eol }
    : { from: lineEnd + 1, to: lineEnd + 1, text: lines + eol };
}

/** `{ one: { … } }`, on one line or many: behind the last member. */
function inBraces(text: string, agents: YAMLMap, agent: AgentEntry): TextEdit | null {
  const close = (agents.range?.[1] ?? 0) - 1;
  if (text[close] !== "}") return null;
  const members = membersOf(agent).map(([key, value]) => `${key}: ${plain(value)}`);
  const own = `${keyText(agent.name)}: { ${members.join(", ")} }`;
  const last = agents.items.at(-1);
  const from = last === undefined ? (agents.range?.[0] ?? 0) + 1 : endOf(last);
  const after = text.slice(from, close);
  // A comment would swallow what is added behind it.
  if (after.includes("#")) return null;
  const isSeparated = last === undefined || after.includes(",");
  const isLong = text.slice(agents.range?.[0], close).includes("\n");
  const lead = isLong && last !== undefined ? lineBreakOf(text) + indentAt(text, endOf(last)) : " ";
  const to = from + after.trimEnd().length;
  return { from: to, to, text: `${isSeparated ? "" : ","}${lead}${own}${after.trim() === after ? " " : ""}` };
}

type Item = Pair;

function endOf({ key, value }: Item): number {
  const node: unknown = isNode(value) ? value : key;
  return isNode(node) ? (node.range?.[1] ?? 0) : 0;
}

/** How much deeper a member of an agent stands; what the file does elsewhere, where no agent shows it. */
function stepOf(text: string, items: readonly Item[], indent: string): string {
  for (const { value } of items) {
    if (!isMap(value) || value.flow === true) continue;
    const inner = value.items[0]?.key;
    if (!isScalar(inner) || inner.range == null) continue;
    const own = indentAt(text, inner.range[0]);
    if (own.startsWith(indent) && own.length > indent.length) return own.slice(indent.length);
  }
  return indent === "" ? "  " : indent;
}

/** A name that YAML reads as something else than a text is quoted. */
function keyText(name: string): string {
  return /^(?:true|false|null|yes|no|on|off|y|n)$/.test(name) ? `"${name}"` : name;
}

function plain(value: string | number | readonly string[]): string {
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? value : `[${value.map(keyText).join(", ")}]`;
}
