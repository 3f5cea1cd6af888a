import type { PayloadSchema } from "../events/catalog.ts";
import { fits, payloadCode } from "./payload-code.ts";
import { camelCase } from "./tokens.ts";

const EMPTY = "z.looseObject({})";

/** Words that a constant may not be called. */
const RESERVED = new Set(
  (
    "await break case catch class const continue debugger default delete do else enum export extends false finally for " +
    "function if import in instanceof new null return super switch this throw true try typeof var void while with yield " +
    "let static implements interface package private protected public arguments eval undefined"
  ).split(" "),
);

/** The module in which a new agent says what it reads of other agents' events. */
export function subscribedText(subscribes: ReadonlyMap<string, PayloadSchema | null>): string {
  const taken = new Set(["defineEvent", "z", "entryRequested", "subscribedEvents"]);
  const constants = [...subscribes].map(([type, schema]) => {
    const constant = constantOf(type, taken);
    taken.add(constant);
    const description =
      typeof schema?.["description"] === "string" ? schema["description"] : "Published by another agent.";
    return { constant, text: definition(constant, type, schema, JSON.stringify(description)) };
  });
  const names = [...constants.map(({ constant }) => constant), "entryRequested"];
  return `// What this agent reads of other agents' events: members that are not named here are no error.
import { defineEvent } from "agents-apphost/kit";
import { z } from "zod";
import { entryRequested } from "../events.ts";

${constants.map(({ text }) => text).join("\n")}
/** What this agent listens to; the same types stand in its \`subscribes\` in the config. */
${listOf(names)}
`;
}

function listOf(names: readonly string[]): string {
  const line = `export const subscribedEvents = [${names.join(", ")}];`;
  return fits(line)
    ? line
    : `export const subscribedEvents = [\n${names.map((name) => `  ${name},\n`).join("")}];`;
}

/** In the form that formatters of the field leave as it is, at 110 columns. */
function definition(
  constant: string,
  type: string,
  schema: PayloadSchema | null,
  description: string,
): string {
  const payload = schema === null ? EMPTY : payloadCode(schema, "  ");
  const head = `export const ${constant} = defineEvent(`;
  if (payload === EMPTY && fits(`${head}"${type}", ${EMPTY}, {`))
    return `${head}"${type}", ${EMPTY}, {\n${described("  ", description)}});\n`;
  const options = `  { description: ${description} },`;
  const last = fits(options) ? `${options}\n` : `  {\n${described("    ", description)}  },\n`;
  return `${head}\n  "${type}",\n  ${payload},\n${last});\n`;
}

function described(indent: string, description: string): string {
  const line = `${indent}description: ${description},`;
  return fits(line) ? `${line}\n` : `${indent}description:\n${indent}  ${description},\n`;
}

/** `agents.servicedesk.ticket.created` → `ticketCreated`; the agent's name goes before it where that is taken. */
function constantOf(type: string, taken: ReadonlySet<string>): string {
  const [, ...words] = type.split(".");
  const short = camelCase(words.slice(1).join("-"));
  if (!taken.has(short) && !RESERVED.has(short)) return short;
  const long = camelCase(words.join("-"));
  // `a.b-c.d` and `a.b.c-d` are two types and one spelling.
  const free = [long, ...Array.from({ length: taken.size + 1 }, (_, index) => `${long}${index + 2}`)];
  return free.find((name) => !taken.has(name)) ?? long;
}
