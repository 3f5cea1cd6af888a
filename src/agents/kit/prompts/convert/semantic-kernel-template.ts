/** One message of a converted prompt: a Handlebars template in a role that the file gives. */
export interface ConvertedMessage {
  readonly role: string;
  readonly content: string;
}

const ROLES = new Set(["system", "user", "assistant"]);
const MESSAGE = /<message\s+role=(["'])(.*?)\1\s*>(.*?)<\/message>/gs;
const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

/**
 * The messages of a Semantic Kernel template. Roles are read here, before any value is filled in: what a value holds is text.
 *
 * @throws Error that says what cannot be converted.
 */
export function messagesOf(template: string, format: string): readonly ConvertedMessage[] {
  const text = toHandlebars(template, format);
  if (!/<\/?message\b/.test(text)) return [{ role: "user", content: text }];
  const messages: ConvertedMessage[] = [];
  const rest = text.replaceAll(MESSAGE, (_whole, _quote, role: string, content: string) => {
    if (!ROLES.has(role.toLowerCase()))
      throw new Error(`a message has the role "${role}"; roles are fixed: ${[...ROLES].join(", ")}`);
    messages.push({ role: role.toLowerCase(), content: plainText(content) });
    return "";
  });
  if (rest.trim() !== "")
    throw new Error(`"${rest.trim().slice(0, 40)}" stands outside of the messages: put it into one`);
  return messages;
}

/** Names that the template uses, where its format lets them go undeclared. */
export function undeclaredOf(template: string, format: string): readonly string[] {
  if (format === "handlebars") return [];
  return [...template.matchAll(/\{\{-?\s*\$?(\w+)/g)].map(([, name]) => name ?? "");
}

/** A backslash before braces means something in Handlebars alone: it is doubled there. */
function toHandlebars(template: string, format: string): string {
  switch (format) {
    case "handlebars":
      return template
        .replaceAll(/\{\{~?#message\s+role=(["'])(.*?)\1\s*~?\}\}/g, '<message role="$2">')
        .replaceAll(/\{\{~?\/message\s*~?\}\}/g, "</message>");
    case "semantic-kernel":
      return template.replaceAll(/(\\?)\{\{(.*?)\}\}/gs, (_whole, before: string, inner: string) => {
        const name = /^\s*\$(\w+)\s*$/.exec(inner)?.[1];
        if (name === undefined)
          throw new Error(
            `{{${inner}}} cannot be converted: prompts call no functions, only {{$name}} is filled in`,
          );
        return `${before}${before}{{${name}}}`;
      });
    case "liquid":
      if (template.includes("{%"))
        throw new Error("Liquid's tags ({% … %}) cannot be converted: use Handlebars");
      return template.replaceAll(
        /(\\?)\{\{(-?)(.*?)(-?)\}\}/gs,
        (_whole, before: string, left: string, inner: string, right: string) => {
          if (!/^\s*[\w.]+\s*$/.test(inner))
            throw new Error(`{{${inner}}} cannot be converted: of Liquid only {{ name }} is`);
          return `${before}${before}{{${left && "~"}${inner.trim()}${right && "~"}}}`;
        },
      );
    default:
      throw new Error(
        `the format "${format}" cannot be converted: only semantic-kernel, handlebars and liquid can`,
      );
  }
}

function plainText(content: string): string {
  const bare = content.replaceAll(/<\/?text>/g, "");
  const tag = /<(image|audio|binary|pdf|file|function_?\w*)\b/i.exec(bare)?.[1];
  if (tag !== undefined) throw new Error(`<${tag}> cannot be converted: a message is text`);
  return bare.replaceAll(/&(lt|gt|quot|apos|amp);/g, (whole, name: string) => ENTITIES[name] ?? whole).trim();
}
