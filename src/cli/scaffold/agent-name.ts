import { AgentsError } from "../../runtime/model/errors.ts";
import type { ResolvedConfig } from "../../runtime/model/resolved.ts";

/** Names that mean something else on the command line or in an agent's folder. */
const RESERVED = ["agents", "cli", "kit", "shared", "test"];
/** A DNS label without dots: it is the Dapr app id, a host name, a folder and a part of event types. */
const FORM = /^[a-z](?:[a-z0-9]|-(?=[a-z0-9])){0,39}$/;

const RULE = "lower-case letters, digits and single hyphens, beginning with a letter, at most 40 characters";

/**
 * Checks the name of an agent to be made.
 *
 * @throws AgentsError AGENTS_NAME_INVALID, or AGENTS_NAME_TAKEN where an agent or a resource of the project has it.
 */
export function checkAgentName(name: string, config: ResolvedConfig): void {
  if (!FORM.test(name)) {
    const message = `${JSON.stringify(name)} cannot be the name of an agent: expected ${RULE}.`;
    throw new AgentsError("AGENTS_NAME_INVALID", message, {
      path: "name",
      expected: RULE,
      found: name,
      hint: `The name is also the agent's Dapr app id and host name. ${proposal(name)}`,
    });
  }
  if (RESERVED.includes(name) || name.endsWith("-dapr")) {
    throw new AgentsError("AGENTS_NAME_INVALID", `"${name}" is a name that agents uses itself.`, {
      path: "name",
      expected: `none of ${RESERVED.join(", ")}, and no name that ends with -dapr`,
      found: name,
      hint: "Choose another name.",
    });
  }
  const owner = Object.hasOwn(config.agents, name)
    ? "an agent"
    : Object.hasOwn(config.resources, name)
      ? "a resource"
      : null;
  if (owner === null) return;
  throw new AgentsError("AGENTS_NAME_TAKEN", `There already is ${owner} called ${name}.`, {
    path: "name",
    expected: "a name that is not in the config",
    found: name,
    hint: "Choose another name; agents config lists those in use.",
  });
}

function proposal(name: string): string {
  const near = name
    .replaceAll("ß", "ss")
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^[^a-z]+|-+$/g, "")
    .slice(0, 40);
  return FORM.test(near) ? `Did you mean ${near}?` : "Choose another name.";
}
