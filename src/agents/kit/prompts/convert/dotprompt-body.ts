/** One message, and the line of the body that it starts in, from 0. */
export interface BodyMessage {
  readonly role: string;
  readonly content: string;
  readonly line: number;
}

const ROLE = /\{\{~?\s*role\s+(["'])(\w+)\1\s*~?\}\}/g;
const ROLES: Readonly<Record<string, string>> = {
  system: "system",
  user: "user",
  model: "assistant",
  assistant: "assistant",
};
/** What only dotprompt knows, and why it is not taken over. */
const FOREIGN: readonly (readonly [RegExp, string])[] = [
  [/\{\{~?\s*history\b/, "{{history}} cannot be converted: a prompt has no conversation before it"],
  [/\{\{~?\s*(media|section)\b/, "{{media}} and {{section}} cannot be converted: a message is text"],
  [/\{\{~?\s*json\b/, "{{json …}} cannot be converted: give the value as text"],
  [
    /\{\{~?\s*#?(ifEquals|unlessEquals)\b/,
    "{{#ifEquals}} cannot be converted: give a yes or no and use {{#if}}",
  ],
  [/\{\{~?\s*>/, "partials ({{> name}}) cannot be converted: put the text into the file"],
  [
    /\{\{[^}]*@(?!root\b|index\b|key\b|first\b|last\b)/,
    "what starts with @ cannot be converted: give it as a value",
  ],
  [/\{\{~?\s*role\b/, 'the role of {{role …}} must be a text that stands there, such as {{role "system"}}'],
];

/**
 * The messages of the body of a `.prompt` file. Roles are read here, before any value is filled in: what a value holds is
 * text. `refuse` is told the line, and throws.
 */
export function messagesIn(
  body: string,
  refuse: (line: number, reason: string) => never,
): readonly BodyMessage[] {
  const lineAt = (offset: number): number => body.slice(0, offset).split("\n").length - 1;
  const messages: BodyMessage[] = [];
  const add = (role: string, from: number, to: number): void => {
    const content = body.slice(from, to);
    const line = lineAt(from + (content.length - content.trimStart().length));
    for (const [pattern, reason] of FOREIGN) {
      const at = pattern.exec(content)?.index;
      if (at !== undefined) refuse(lineAt(from + at), reason);
    }
    if (content.trim() !== "") messages.push({ role, content: content.trim(), line });
  };
  let [role, from] = ["user", 0];
  for (const found of body.matchAll(ROLE)) {
    add(role, from, found.index);
    const name = found[2] ?? "";
    role = ROLES[name] ?? refuse(lineAt(found.index), `the role "${name}" cannot be converted`);
    from = found.index + found[0].length;
  }
  add(role, from, body.length);
  return messages;
}
