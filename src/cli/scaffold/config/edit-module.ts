import type { Expression, ObjectExpression, Program } from "oxc-parser";
import { parseSync } from "oxc-parser";
import type { AgentEntry } from "./agent-entry.ts";
import { membersOf } from "./agent-entry.ts";
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
  const agents = agentsIn(program, isJson);
  if (agents === null) return null;
  const style = styleOf(source, agents, isJson ? null : agentFunction(program), isJson);
  const changed = applyEdits(source, additions(source, agents, agent, style));
  return isJson ? changed.slice(1, -1) : changed;
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

function agentsIn(program: Program, isJson: boolean): ObjectExpression | null {
  const [first] = program.body;
  const exported = isJson
    ? first?.type === "ExpressionStatement"
      ? first.expression
      : null
    : defaultExport(program);
  const config = exported === null ? null : objectOf(exported, program);
  const agents = config?.properties.find((property) => keyOf(property) === "agents");
  return agents?.type === "Property" ? objectOf(agents.value, program) : null;
}

function defaultExport(program: Program): Expression | null {
  for (const statement of program.body) {
    if (statement.type !== "ExportDefaultDeclaration") continue;
    const { declaration } = statement;
    if (declaration.type === "FunctionDeclaration" || declaration.type === "ClassDeclaration") return null;
    if (declaration.type === "TSInterfaceDeclaration") return null;
    return declaration;
  }
  return null;
}

/** The object behind brackets, `satisfies`, `defineConfig(…)` and a constant's name. */
function objectOf(expression: Expression, program: Program): ObjectExpression | null {
  if (expression.type === "ObjectExpression") return expression;
  if (
    expression.type === "ParenthesizedExpression" ||
    expression.type === "TSSatisfiesExpression" ||
    expression.type === "TSAsExpression"
  )
    return objectOf(expression.expression, program);
  if (expression.type === "CallExpression") {
    const [argument] = expression.arguments;
    return argument === undefined || argument.type === "SpreadElement" ? null : objectOf(argument, program);
  }
  const value = expression.type === "Identifier" ? constant(program, expression.name) : null;
  return value === null ? null : objectOf(value, program);
}

function constant(program: Program, name: string): Expression | null {
  for (const statement of program.body) {
    const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declaration?.type !== "VariableDeclaration" || declaration.kind !== "const") continue;
    for (const { id, init } of declaration.declarations)
      if (id.type === "Identifier" && id.name === name) return init;
  }
  return null;
}

function keyOf(property: ObjectExpression["properties"][number]): string | null {
  if (property.type !== "Property" || property.computed) return null;
  const { key } = property;
  if (key.type === "Identifier") return key.name;
  return key.type === "Literal" && typeof key.value === "string" ? key.value : null;
}

/** The local name of `agent`, where the module imports it. */
function agentFunction(program: Program): string | null {
  for (const statement of program.body) {
    if (statement.type !== "ImportDeclaration" || statement.source.value !== "agents-apphost") continue;
    for (const specifier of statement.specifiers) {
      if (specifier.type === "ImportNamespaceSpecifier") return `${specifier.local.name}.agent`;
      if (specifier.type !== "ImportSpecifier" || specifier.imported.type !== "Identifier") continue;
      if (specifier.imported.name === "agent") return specifier.local.name;
    }
  }
  return null;
}

function styleOf(text: string, agents: ObjectExpression, call: string | null, isJson: boolean): Style {
  const outer = indentAt(text, agents.start);
  const last = agents.properties.at(-1);
  const own = last === undefined || isOneLine(text, agents) ? null : indentAt(text, last.start);
  const step = own?.startsWith(outer) === true ? own.slice(outer.length) : outer.includes("\t") ? "\t" : "  ";
  const after = last === undefined ? "" : text.slice(last.end, agents.end);
  const double = text.split('"').length;
  const single = text.split("'").length;
  return {
    break: lineBreakOf(text),
    indent: own ?? outer + step,
    step: step === "" ? "  " : step,
    quote: isJson || double >= single ? '"' : "'",
    quoteKeys: isJson,
    trailingComma: !isJson && (last === undefined || /^\s*,/.test(withoutComments(after))),
    call,
  };
}

function isOneLine(text: string, { start, end }: { readonly start: number; readonly end: number }): boolean {
  return !text.slice(start, end).includes("\n");
}

/** Of the same length, so that offsets stay. */
function withoutComments(text: string): string {
  return text.replaceAll(/\/\/[^\n\r]*|\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n\r]/g, " "));
}

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
  const members = membersOf(agent).map(([name, raw]) => `${inner}${key(name)}: ${value(raw)}`);
  const body = `{${style.break}${members.join(`,${style.break}`)}${style.trailingComma ? "," : ""}${style.break}${style.indent}}`;
  return `${key(agent.name)}: ${style.call === null ? body : `${style.call}(${body})`}`;
}
