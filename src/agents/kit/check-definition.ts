import type { AgentParts } from "./agent.ts";
import { StartError } from "./process/start-error.ts";

/** @throws StartError when the name cannot be part of a path, a topic and the name of a table. */
export function checkName(name: string): void {
  if (/^[a-z][a-z0-9-]{0,49}$/.test(name)) return;
  throw new StartError(
    `An agent cannot be named "${name}"`,
    "Use lower-case letters, digits and hyphens: ticket-triage.",
  );
}

/** @throws StartError when two routes or subscriptions of an agent would hide each other. */
export function checkParts(name: string, parts: AgentParts): void {
  const seen = new Set<string>();
  const add = (what: string): void => {
    if (seen.has(what)) {
      throw new StartError(
        `${name} defines ${what} twice`,
        "Only the first would ever be called: remove or rename one.",
      );
    }
    seen.add(what);
  };
  for (const { method, path } of [...(parts.commands ?? []), ...(parts.queries ?? [])]) {
    add(`${method.toUpperCase()} ${path.toLowerCase()}`);
  }
  for (const { definition, route } of parts.subscriptions ?? []) {
    add(`a subscription to ${definition.type}`);
    add(`POST ${route}`);
  }
}
