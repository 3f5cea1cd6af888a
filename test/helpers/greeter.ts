import { symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Test } from "tap";
import type { Project } from "./system.ts";
import { fixtureProject, pick, REPO, resourceOf } from "./system.ts";

const HELLO = join(REPO, "examples/hello");

/** The greeter of the examples with an Ollama of the config. */
export function greeterProject(t: Test, llm: Record<string, unknown>, env: NodeJS.ProcessEnv = {}): Project {
  // A Docker of this machine is of no account here.
  const project = fixtureProject(t, {}, { DOCKER_HOST: "unix:///nowhere/docker.sock", ...env });
  symlinkSync(join(HELLO, "prompts"), join(project.root, "prompts"));
  project.write({
    "agents.config.json": JSON.stringify({
      name: "greetings",
      resources: { store: { kind: "redis" }, llm: { kind: "ollama", ...llm } },
      components: {
        "agents-pubsub": { kind: "pubsub", resource: "store" },
        "agents-statestore": { kind: "statestore", resource: "store" },
      },
      agents: { greeter: { entry: join(HELLO, "src/greeter/main.ts"), port: 0, uses: ["llm"] } },
    }),
  });
  return project;
}

/** What the greeter of a run says to Ada. */
export async function greet(run: unknown): Promise<Record<string, unknown>> {
  const answer = await fetch(`${String(pick(resourceOf(run, "greeter"), "url"))}/api/greeter/execute`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ who: "Ada" }),
  });
  return (await answer.json()) as Record<string, unknown>;
}
