import type { ErrorProblem } from "../model/errors.ts";
import { AgentsError } from "../model/errors.ts";
import type { ResolvedAgent } from "../model/resolved.ts";
import { readEnvFile } from "./env-file.ts";

/** The environment of `agents up`. */
export type OwnEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * Checks that the environment of these agents can be made: their env files are there, and every secret that they name
 * has a value, in the environment of `agents up`, in their env file or in their `env`.
 *
 * @throws AgentsError AGENTS_CONFIG_INVALID naming agent, secret and where to put it.
 */
export function assertEnvironments(agents: readonly ResolvedAgent[], own: OwnEnvironment): void {
  const missing = agents.flatMap((agent) =>
    missingSecrets(agent, own).map((secret) => ({ agent, secret, problem: problemOf(agent, secret) })),
  );
  const [first] = missing;
  if (first === undefined) return;
  const message =
    missing.length === 1
      ? `${first.agent.name} needs the secret ${first.secret}, and it is not set.`
      : `${missing.length} secrets are not set.`;
  throw new AgentsError("AGENTS_CONFIG_INVALID", message, {
    path: first.problem.path,
    expected: first.problem.expected,
    found: "nothing",
    hint: hintFor(missing.map(({ secret }) => secret)),
    ...(missing.length === 1
      ? {}
      : { lines: missing.map(({ problem }) => `${problem.path}  ${problem.message}`) }),
    problems: missing.map(({ problem }) => problem),
  });
}

/** The secrets of an agent that have no value: an empty one is none. */
export function missingSecrets(agent: ResolvedAgent, own: OwnEnvironment): readonly string[] {
  const values = { ...own, ...readEnvFile(agent), ...agent.env };
  return agent.secrets.filter((name) => (values[name] ?? "") === "");
}

function problemOf(agent: ResolvedAgent, secret: string): ErrorProblem {
  const where = agent.envFile === null ? "" : ` or in ${agent.envFile}`;
  return {
    path: `agents.${agent.name}.secrets[${agent.secrets.indexOf(secret)}]`,
    message: `${agent.name} needs ${secret}, and it is not set.`,
    expected: `${secret} in the environment of agents up${where}`,
    found: "nothing",
    suggestion: null,
  };
}

function hintFor(secrets: readonly string[]): string {
  const names = [...new Set(secrets)];
  return `Set ${names.length === 1 ? "it" : "them"} where agents up is run (export ${names.map((name) => `${name}=…`).join(" ")}), or in the file that the agent's envFile names.`;
}
