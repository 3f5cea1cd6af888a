import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Test } from "tap";
import { ageSpec } from "../agents/implementation/age-spec.ts";
import { startOllama } from "./ollama.ts";
import { SYSTEM_AGENTS } from "./system-agents.ts";
import type { Project } from "./system.ts";
import { systemProject, urlOf } from "./system.ts";

/** Agents whose recordings are held against their replays. */
export type Replayed = keyof typeof SYSTEM_AGENTS;

const MODEL = "llama3.2:3b";

/** One main command of each agent: something that it asks its model about. */
const COMMANDS: Readonly<Record<keyof typeof SYSTEM_AGENTS, object>> = {
  notification: {
    recipient: "on-call",
    channels: ["console"],
    subject: "VPN is down",
    message: "Nobody in the office can log in since 09:00.",
  },
  testplanning: { requirement: "Applicants between 18 and 65 years old, inclusive, are accepted." },
  implementation: { spec: ageSpec, language: "typescript" },
  servicedesk: { title: "Slow laptop", body: "My laptop has been slow since the update.", affectedUsers: 1 },
  devops: {
    sprint: { name: "S1", start: "2026-03-02", end: "2026-03-13" },
    items: [
      {
        id: "A",
        title: "Login",
        type: "story",
        points: 5,
        status: "done",
        createdAt: "2026-03-02T08:00:00Z",
        startedAt: "2026-03-03T08:00:00Z",
        completedAt: "2026-03-05T08:00:00Z",
      },
      {
        id: "B",
        title: "Search",
        type: "story",
        points: 3,
        status: "in-progress",
        createdAt: "2026-03-02T08:00:00Z",
      },
    ],
  },
  bimclassification: {
    elements: [
      {
        id: "w1",
        ifcClass: "IfcWall",
        name: "CMU 200 brick veneer",
        properties: { "Pset_WallCommon.IsExternal": true },
      },
    ],
  },
};

interface Answer {
  readonly result: unknown;
  readonly generatedBy: string;
}

/** Records what these agents ask a real model, cuts that off, and holds the replay against the recording. */
export async function assertReplays(t: Test, agents: readonly Replayed[]): Promise<void> {
  const ollama = await startOllama(t);
  await ollama.create(MODEL);
  const project = systemProject(t, { agents, env: { AGENTS_OLLAMA_URL: ollama.url } });
  project.write({
    "agents.config.json": JSON.stringify({
      name: "replay-test",
      resources: {
        redis: { kind: "redis" },
        sqlserver: { kind: "sqlserver", databases: ["agentsdb"] },
        llm: { kind: "ollama", models: [MODEL] },
      },
      components: {
        "agents-pubsub": { kind: "pubsub", resource: "redis" },
        "agents-statestore": { kind: "statestore", resource: "redis" },
      },
      agents: Object.fromEntries(
        agents.map((name) => {
          const { uses = [], ...agent } = SYSTEM_AGENTS[name] as { uses?: readonly string[] };
          return [name, { ...agent, uses: [...uses, "llm"] }];
        }),
      ),
    }),
  });

  await project.up(["--llm", "record"]).ready();
  const recorded = await askAll(project, agents);
  // Also what the events have caused is recorded: the replay runs into it.
  await project.agents(["down", "-v"]);
  for (const name of agents)
    t.ok(readdirSync(join(project.root, "cassettes", name)).length > 0, `${name} has asked its model`);
  await ollama.stop();

  await project.up(["--llm", "replay"]).ready();
  const replayed = await askAll(project, agents);
  for (const name of agents) {
    t.equal(recorded.get(name)?.generatedBy, "live", name);
    t.equal(replayed.get(name)?.generatedBy, "cassette", name);
    const [before, after] = [recorded, replayed].map((answers) => comparable(answers.get(name)?.result));
    t.equal(after, before, `${name} has the same result`);
    t.notMatch(before, /generatedBy/, `${name} says who made it beside its result`);
  }
}

async function askAll(
  project: Project,
  agents: readonly (keyof typeof SYSTEM_AGENTS)[],
): Promise<ReadonlyMap<string, Answer>> {
  const run = await project.json(["ps"]);
  const answers = new Map<string, Answer>();
  // One after the other: a model of this kind answers one at a time.
  for (const name of agents) {
    const response = await fetch(`${urlOf(run, name)}/api/${name}/execute`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(COMMANDS[name]),
    });
    const body = (await response.json()) as Answer;
    if (!response.ok) throw new Error(`${name}: ${JSON.stringify(body)}`);
    answers.set(name, body);
  }
  return answers;
}

/** The bytes of a result, its ids and times by their place. */
function comparable(result: unknown): string {
  const seen = new Map<string, string>();
  return JSON.stringify(result, null, 1).replaceAll(
    /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g,
    (part) => {
      const known = seen.get(part) ?? `‹${part.includes("T") ? "time" : "id"} ${seen.size + 1}›`;
      seen.set(part, known);
      return known;
    },
  );
}
