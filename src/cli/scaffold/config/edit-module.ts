import type { ObjectExpression } from "oxc-parser";
import { parseSync } from "oxc-parser";
import type { AgentEntry } from "./agent-entry.ts";
import { membersOf } from "./agent-entry.ts";
import { agentFunction, findAgents } from "./find-agents.ts";
import type { TextEdit } from "./text-edit.ts";
import { applyEdits, indentAt, lineBreakOf } from "./text-edit.ts";

/**
 * A config module (TypeScript, JavaScript or JSON) with one agent more, or null where its `agents` are not written out in
 * it. Only text is added: comments, quotes and line breaks stay as they are.
 */
export function addToModule(file: string, text: string, agent: AgentEntry): string | null {
  const isJson = file.endsWith(".json");
  // JSON is an expression; its offsets move by the bracket.
  const source = isJson ? `(${text})` : text;
  const { program, errors } = parseSync(isJson ? `${file}.js` : file, source);
  if (errors.length > 0) return null;
  const agents = findAgents(program, isJson);
  if (agents === null) return null;
  const style = styleOf(source, agents, isJson ? null : agentFunction(program), isJson);
  const changed = applyEdits(source, additions(source, agents, agent, style));
  return isJson ? changed.slice(1, -1) : changed;
}

/** The member that an agent is there, as lines to be written by hand. */
export function moduleLines(file: string, text: string, agent: AgentEntry): readonly string[] {
  const quoteKeys = file.endsWith(".json");
  const style: Style = {
    break: "\n",
    indent: "",
    step: "  ",
    quote: quoteKeys ? '"' : quoteOf(text),
    quoteKeys,
    trailingComma: !quoteKeys,
    call: quoteKeys ? null : agentFunction(parseSync(file, text).program),
  };
  return memberText(agent, style).split("\n");
}

interface Style {
  readonly break: string;
  /** Of the members of `agents`. */
  readonly indent: string;
  readonly step: string;
  readonly quote: string;
  readonly quoteKeys: boolean;
  readonly trailingComma: boolean;
  /** What `agent({ … })` is called there; null: the plain object. */
  readonly call: string | null;
}

function styleOf(text: string, agents: ObjectExpression, call: string | null, isJson: boolean): Style {
  const outer = indentAt(text, agents.start);
  const last = agents.properties.at(-1);
  const found = last === undefined || isOneLine(text, agents) ? outer : indentAt(text, last.start);
  // A member on the line of its bracket says nothing about the indent.
  const own = found.startsWith(outer) && found !== outer ? found : null;
  const step = own?.slice(outer.length) ?? stepOf(text);
  const after = last === undefined ? "" : text.slice(last.end, agents.end);
  return {
    break: lineBreakOf(text),
    indent: own ?? outer + step,
    step,
    quote: isJson ? '"' : quoteOf(text),
    quoteKeys: isJson,
    trailingComma: !isJson && (last === undefined || /^\s*,/.test(withoutComments(after))),
    call,
  };
}

/** The least that a line of the file is indented by, comments in boxes of stars aside. */
function stepOf(text: string): string {
  const indents = [...text.matchAll(/^(\t| +)[^\s*]/gm)].map(([, indent = ""]) => indent);
  return indents.toSorted((a, b) => a.length - b.length)[0] ?? "  ";
}

function quoteOf(text: string): string {
  return text.split('"').length >= text.split("'").length ? '"' : "'";
}

function isOneLine(text: string, { start, end }: { readonly start: number; readonly end: number }): boolean {
  return !text.slice(start, end).includes("\n");
}

/** Of the same length, so that offsets stay. */
function withoutComments(text: string): string {
  return text.replaceAll(/\/\/[^\n\r]*|\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n\r]/g, " "));
}

/** A longer list has a line for each of its items. */
const WIDTH = 110;

/** Behind the last member and what is said about it; the closing bracket stays where it is. */
function additions(
  text: string,
  agents: ObjectExpression,
  agent: AgentEntry,
  style: Style,
): readonly TextEdit[] {
  const close = agents.end - 1;
  const last = agents.properties.at(-1);
  const end = last?.end ?? agents.start + 1;
  const separated = last === undefined || /^\s*,/.test(withoutComments(text.slice(end, close)));
  const written = `${style.break}${style.indent}${memberText(agent, style)}${style.trailingComma ? "," : ""}`;
  const from = end + text.slice(end, close).trimEnd().length;
  const edit = isOneLine(text, agents)
    ? { from, to: close, text: `${written}${style.break}${indentAt(text, agents.start)}` }
    : { from, to: from, text: written };
  return [...(separated ? [] : [{ from: end, to: end, text: "," }]), edit];
}

function memberText(agent: AgentEntry, style: Style): string {
  const inner = style.indent + style.step;
  const quoted = (value: string): string => style.quote + value + style.quote;
  const key = (name: string): string =>
    style.quoteKeys || !/^[a-z][a-zA-Z0-9]*$/.test(name) ? quoted(name) : name;
  const value = (raw: string | number | readonly string[]): string =>
    typeof raw === "number"
      ? String(raw)
      : typeof raw === "string"
        ? quoted(raw)
        : `[${raw.map(quoted).join(", ")}]`;
  const members = membersOf(agent).map(([name, raw]) => {
    const line = `${inner}${key(name)}: ${value(raw)}`;
    if (line.length < WIDTH || typeof raw !== "object") return line;
    const items = raw.map((each) => `${inner}${style.step}${quoted(each)}`).join(`,${style.break}`);
    return `${inner}${key(name)}: [${style.break}${items}${style.trailingComma ? "," : ""}${style.break}${inner}]`;
  });
  const body = `{${style.break}${members.join(`,${style.break}`)}${style.trailingComma ? "," : ""}${style.break}${style.indent}}`;
  return `${key(agent.name)}: ${style.call === null ? body : `${style.call}(${body})`}`;
}
