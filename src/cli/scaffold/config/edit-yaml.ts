import { isMap, isScalar, parseDocument } from "yaml";
import type { AgentEntry } from "./agent-entry.ts";
import { membersOf } from "./agent-entry.ts";
import { applyEdits, indentAt, lineBreakOf } from "./text-edit.ts";

/** A YAML config with one agent more, or null where its `agents` are no block of their own. Only text is added. */
export function addToYaml(text: string, agent: AgentEntry): string | null {
  const document = parseDocument(text, { keepSourceTokens: true });
  const agents = document.get("agents", true);
  if (document.errors.length > 0 || !isMap(agents) || agents.flow === true) return null;
  const first = agents.items[0]?.key;
  const last = agents.items.at(-1)?.value;
  if (!isScalar(first) || !isMap(last)) return null;
  const [firstStart] = first.range ?? [null];
  const [, lastEnd] = last.range ?? [];
  const inner = last.items[0]?.key;
  if (firstStart === null || lastEnd === undefined || last.flow === true || !isScalar(inner)) return null;
  const indent = indentAt(text, firstStart);
  const own = indentAt(text, inner.range?.[0] ?? firstStart);
  const step = own.startsWith(indent) && own.length > indent.length ? own.slice(indent.length) : "  ";
  const eol = lineBreakOf(text);
  const lines = [
    `${indent}${agent.name}:`,
    ...membersOf(agent).map(([key, value]) => `${indent}${step}${key}: ${scalar(value)}`),
  ];
  // The end of the line that the last member stands on, with its comment.
  const lineEnd = text.indexOf("\n", lastEnd - (text[lastEnd - 1] === "\n" ? 1 : 0));
  const at = lineEnd < 0 ? text.length : lineEnd + 1;
  const lead = lineEnd < 0 && !text.endsWith("\n") ? eol : "";
  return applyEdits(text, [{ from: at, to: at, text: lead + lines.join(eol) + eol }]);
}

function scalar(value: string | number | readonly string[]): string {
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? value : `[${value.join(", ")}]`;
}
