import { parseSync } from "oxc-parser";

/** What was found in a file, and where. */
export interface PromptText {
  readonly line: number;
  readonly what: string;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

/** Packages that ask models: an agent asks through the kit. */
const CLIENTS =
  /^(ollama|openai|@azure\/openai|@anthropic-ai\/|@google\/genai|langchain|@langchain\/|ai$|@ai-sdk\/)/;
/** How one speaks to a model. Not proof, but what slips in first. */
const WORDING = [
  /\byou(?: are|'re) (?:an?|the) \w+/i,
  /\b(?:answer|respond|reply) (?:only|with|in) \w+/i,
  /\bas an? (?:AI|language model|assistant)\b/i,
  /\bstep by step\b/i,
  /\b(?:is data, not|do not follow (?:them|it|any)|ignore any instructions?)\b/i,
];

/**
 * Prompt text in the code of an agent: a way to the model that is not a prompt file, a role, a sentence among the values of a
 * prompt, or words that are meant for a model.
 */
export function promptTextIn(file: string, source: string): readonly PromptText[] {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]?.message}`);
  const found: PromptText[] = [];
  const add = (node: Node, what: string): void =>
    void found.push({ line: source.slice(0, node.start).split("\n").length, what });
  walk(program, (node) => {
    if (node.type === "ImportDeclaration" || node.type === "ImportExpression") {
      const from = textOf(node["source"]);
      if (from !== null && CLIENTS.test(from)) add(node, `imports ${from}`);
    }
    if (node.type === "MemberExpression" && nameOf(node["property"]) === "model" && endsInKit(node["object"]))
      add(node, "uses the model itself");
    if (node.type === "VariableDeclarator" && endsInKit(node["init"]) && hasKey(node["id"], "model"))
      add(node, "takes the model out of the kit");
    if (node.type === "Property" && nameOf(node["key"]) === "role") {
      const role = textOf(node["value"]);
      if (role !== null && /^(system|user|assistant|developer)$/.test(role))
        add(node, `writes a message of ${role}`);
    }
    if (node.type === "CallExpression" && isGenerate(node["callee"]))
      walk(node["arguments"], (inner) => {
        const text = textOf(inner);
        if (text !== null && text.trim().split(/\s+/).length > 3)
          add(inner, `gives a prompt the text "${text}"`);
      });
    const text = textOf(node);
    if (text !== null && WORDING.some((words) => words.test(text))) add(node, `says to a model "${text}"`);
  });
  return found;
}

/** Every text that stands in a file, and those under the key `prompt`: prompts that it asks for. */
export function textsIn(file: string, source: string) {
  const [texts, prompts]: [string[], string[]] = [[], []];
  walk(parseSync(file, source).program, (node) => {
    const own = textOf(node);
    if (own !== null) texts.push(own);
    if (node.type !== "Property" || nameOf(node["key"]) !== "prompt") return;
    const name = textOf(node["value"]);
    if (name !== null) prompts.push(name.replace(/@.*/, ""));
  });
  return { texts, prompts };
}

function walk(value: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(value)) for (const item of value) walk(item, visit);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return;
  if ("type" in value && "start" in value) visit(value as Node);
  for (const child of Object.values(value)) walk(child, visit);
}

/** The text of a literal, or what stands in a template beside its values. */
function textOf(value: unknown): string | null {
  const node = value as Node | null;
  if (node?.type === "Literal" && typeof node["value"] === "string") return node["value"];
  if (node?.type !== "TemplateLiteral") return null;
  const quasis = node["quasis"] as readonly { readonly value: { readonly cooked: string } }[];
  return quasis.map(({ value: { cooked } }) => cooked).join("…");
}

function nameOf(value: unknown): string | null {
  const node = value as { readonly name?: string; readonly value?: unknown } | null;
  return node?.name ?? (typeof node?.value === "string" ? node.value : null);
}

/** `kit`, `this.#kit`, `this.kit`. */
function endsInKit(value: unknown): boolean {
  const node = value as Node | null;
  return nameOf(node) === "kit" || (node?.type === "MemberExpression" && nameOf(node["property"]) === "kit");
}

function hasKey(pattern: unknown, key: string): boolean {
  const properties = (pattern as Node | null)?.["properties"];
  return Array.isArray(properties) && properties.some((one: Node) => nameOf(one["key"]) === key);
}

function isGenerate(callee: unknown): boolean {
  const node = callee as Node;
  return node.type === "MemberExpression" && nameOf(node["property"]) === "generate";
}
