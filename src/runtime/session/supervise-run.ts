import type { Progress, RunEvent } from "../model/snapshot.ts";
import type { GroupKeeper } from "../resources/process/process-resource.ts";
import { Supervisor } from "../supervisor/supervisor.ts";
import type { AgentContext } from "./agent-node.ts";
import { AgentNotes } from "./agent-notes.ts";
import { composeSidecars } from "./compose-sidecars.ts";
import { describeModels } from "./describe-models.ts";
import type { Feed } from "./feed.ts";
import { KeptChoices } from "./kept-choices.ts";
import type { PreparedRun } from "./prepare-run.ts";
import type { ProcessLogs } from "./process-logs.ts";
import { resourceNode } from "./resource-nodes.ts";
import { modelsOf, resourcesThatRun } from "./resources-that-run.ts";
import type { Teller } from "./teller.ts";

/** What the things of a run tell and are kept by. */
export interface Keepers {
  readonly tell: Teller;
  readonly feed: Feed;
  readonly logs: ProcessLogs;
  readonly keeper: GroupKeeper;
}

/** The things of a run as nodes of a supervisor; none of them is started. */
export interface SupervisedRun {
  readonly supervisor: Supervisor;
  /** What agents that are new in a saved config are made with. */
  readonly context: AgentContext;
  readonly notes: AgentNotes;
  /** Names of what starts beside the agents. */
  readonly resources: readonly string[];
}

/** Makes a node of each thing of the run. What is acquired goes onto `owned`. */
export function superviseRun(
  run: PreparedRun,
  { tell, feed, logs, keeper }: Keepers,
  owned: AsyncDisposableStack,
): SupervisedRun {
  const { config, runId, stateDir, plan, servers, standIns, system, urls, llmInUse, host } = run;
  const { choices, containers } = plan;
  // Nodes tell of themselves through the supervisor that they are put into.
  const describe: Supervisor["describe"] = (name, changes) => supervisor.describe(name, changes);
  const onProgress = (name: string, progress: Progress | null): void => describe(name, { progress });
  const notes = new AgentNotes((name, note) => describe(name, { note }));
  const shared = { runId, stateDir, config, containers, host, keeper, logs };
  const sidecars = composeSidecars({
    ...shared,
    unread: run.unread,
    choice: plan.sidecars,
    daprd: plan.daprd,
    redis: servers.redis,
    promised: run.promised,
    onProgress,
  });
  const context: AgentContext = {
    ...shared,
    notes,
    models: modelsOf(config),
    urls,
    get llm() {
      return llmInUse.choice;
    },
    sidecars,
    launch: async (agent) => await run.programs.launch(agent),
  };

  /** Agents that wait for it have not started yet: they are told to use samples instead. */
  const giveUpModel = (name: string, why: string): void => {
    if (!llmInUse.mayDegrade) return;
    const instead = "answers are deterministic samples, marked as such";
    llmInUse.degrade(`${why}; ${instead}`);
    tell.warning(`${why}. Instead: ${instead}. agents up --llm live waits for the model.`);
    describe(name, { note: `${why}; ${instead}` });
    describeModels(supervisor, system.agents, context);
  };
  const pulls = {
    onProgress,
    onVersion: (name: string, version: string) => describe(name, { version }),
    giveUp: plan.mode === "containers" || !llmInUse.mayDegrade ? null : giveUpModel,
  };

  const resources = resourcesThatRun(config);
  // Samples that were asked for say nothing about who is to answer the next run.
  const passing = resources.filter(({ kind }) => kind === "ollama" && run.sampleOnly).map(({ name }) => name);
  const kept = new KeptChoices(stateDir, choices, new Set(passing));
  const common = { runId, servers, standIns, urls, choices, keeper, logs, onProgress, pulls };
  const supervisor: Supervisor = new Supervisor({
    nodes: [
      ...resources.map((resource) => resourceNode(resource, common)),
      ...[...system.agents.values()].flatMap((agent) => system.nodes(agent, context)),
    ],
    run: { project: config.name, pid: process.pid, dashboardUrl: null },
    onEvent: (event: RunEvent) => {
      feed.tell(event);
      if (event.type === "resource" && event.resource.state === "ready") kept.ready(event.resource.name);
    },
  });
  owned.use(sidecars.superviseWith(supervisor, tell));
  return { supervisor, context, notes, resources: resources.map(({ name }) => name) };
}
