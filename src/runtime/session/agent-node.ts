import { existsSync } from "node:fs";
import { join } from "node:path";
import { readEnvFile } from "../config/env-file.ts";
import type { AgentsError } from "../model/errors.ts";
import type { Dependencies, ResolvedAgent, ResolvedConfig } from "../model/resolved.ts";
import type { AskedModel } from "../plan/agent-model.ts";
import { askedModel, modelVariables } from "../plan/agent-model.ts";
import { agentEnvironment } from "../plan/environment.ts";
import { promptVariables } from "../plan/prompt-variables.ts";
import type { LlmChoice } from "../plan/stand-ins.ts";
import type { Launch } from "../resources/bundle/launch.ts";
import { assertPortsFree, isPortFree, portError } from "../resources/process/ports.ts";
import type { GroupKeeper } from "../resources/process/process-resource.ts";
import { createProcessResource } from "../resources/process/process-resource.ts";
import { createReadiness, PROBE_TIMING } from "../resources/readiness/readiness.ts";
import type { Exit, Resource, Running } from "../resources/resource.ts";
import type { SidecarHost } from "../resources/sidecar/sidecar-host.ts";
import type { NodeHooks, SupervisedNode } from "../supervisor/node.ts";
import type { AgentPorts } from "./choose-ports.ts";
import type { Containers } from "./containers.ts";
import type { AgentNotes } from "./agent-notes.ts";
import { imageAgentResource } from "./image-agent.ts";
import { telemetryVariables } from "../plan/telemetry.ts";
import { ownValues } from "./own-values.ts";
import type { ProcessLogs } from "./process-logs.ts";
import { sidecarName } from "./sidecar-node.ts";
import type { Sidecars } from "./sidecars.ts";

/** What all agents of a run share. */
export interface AgentContext {
  /** The config that the run was started with: what does not change before the next one. */
  readonly config: Pick<ResolvedConfig, "name" | "root" | "resources" | "prompts" | "environment">;
  /** Models of each Ollama of the config, by resource name. */
  readonly models: Readonly<Record<string, readonly string[]>>;
  readonly runId: string;
  readonly stateDir: string;
  /** Where each resource is, by its name. */
  readonly urls: Readonly<Record<string, string | null>>;
  readonly llm: LlmChoice;
  readonly notes: AgentNotes;
  readonly host: SidecarHost;
  readonly sidecars: Sidecars;
  readonly keeper: GroupKeeper;
  readonly logs: ProcessLogs;
  /** Null: nothing of this run is a container. */
  readonly containers: Containers | null;
  /** How the agent's present program is run; a save makes a new one. */
  launch(agent: ResolvedAgent): Promise<Launch>;
}

/** An agent's process as something to supervise. */
export function agentNode(agent: ResolvedAgent, ports: AgentPorts, context: AgentContext): SupervisedNode {
  const asked = asksModel(agent, context) ? askedBy(agent, context) : null;
  return {
    name: agent.name,
    resource: agentResource(agent, ports, context),
    dependsOn: dependencies(agent),
    readiness: createReadiness(agent.health, ports.port, PROBE_TIMING, (note) =>
      context.notes.tell(agent.name, note),
    ),
    restart: agent.restart,
    oneShot: false,
    stopTimeoutMs: agent.stopTimeoutMs,
    optional: false,
    pairedWith: agent.sidecar === false ? null : sidecarName(agent.name),
    sharesCrashes: context.sidecars.isDaprd(agent.name),
    facts: {
      kind: "agent",
      implementation: agent.run.by === "image" ? "container" : "process",
      version: null,
      image: agent.run.by === "image" ? agent.run.image : null,
      port: ports.port,
      url: `http://127.0.0.1:${ports.port}`,
      agent: null,
      replica: null,
      llm: asked?.mode ?? null,
      progress: null,
      note: context.notes.firstOf(agent, ports.port, asked?.note ?? null),
    },
    hooks: hooksOf(agent, ports, context),
  };
}

/** Whether the mode of the model means anything for it: it uses one, or has prompts for one, or may: a repository is not looked into here. */
function asksModel({ name, model }: ResolvedAgent, { config: { prompts } }: AgentContext): boolean {
  return model !== null || prompts.from === "github" || existsSync(join(prompts.folder, name));
}

/** What an agent asks as things are, and why. */
export function askedBy(agent: ResolvedAgent, { config, llm }: AgentContext): AskedModel {
  return askedModel(agent, config.resources, llm, ownValues(agent));
}

/** Its sidecar must listen before it starts: it is told the sidecar's port, and may use it in its first line. */
function dependencies(agent: ResolvedAgent): Dependencies {
  return {
    ...Object.fromEntries(agent.uses.map((name) => [name, "ready" as const])),
    ...agent.dependsOn,
    ...(agent.sidecar === false ? {} : { [sidecarName(agent.name)]: "started" as const }),
  };
}

/** The command and the environment are made anew for each incarnation, as a save may have changed the program. */
function agentResource(agent: ResolvedAgent, ports: AgentPorts, context: AgentContext): Resource {
  return {
    name: agent.name,
    async start(signal) {
      context.sidecars.wake(agent.name);
      if (agent.run.by === "image") return await startImage(agent, agent.run.image, ports, context, signal);
      const { command, cwd, env } = await commandOf(agent, agent.run, context);
      return await createProcessResource({
        name: agent.name,
        runId: context.runId,
        command,
        cwd,
        env: { ...environmentOf(agent, ports, context), ...env },
        stopTimeoutMs: agent.stopTimeoutMs,
        onOutput: (stream, chunk) => context.logs.write(agent.name, stream, chunk),
        keeper: context.keeper,
        read: context.logs.read,
        port: ports.port,
      }).start(signal);
    },
  };
}

interface Command {
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Looks whether its port is free first: if somebody else listens there, that one would be asked in its place. */
async function startImage(
  agent: ResolvedAgent,
  image: string,
  ports: AgentPorts,
  context: AgentContext,
  signal: AbortSignal,
): Promise<Running> {
  const { containers, logs } = context;
  if (containers === null) throw new Error(`${agent.name} is an image, and Docker was not opened`);
  await assertPortsFree([{ name: agent.name, port: ports.port }]);
  const env = environmentOf(agent, ports, context);
  return await imageAgentResource({ agent, image, env, containers, logs }).start(signal);
}

async function commandOf(
  agent: ResolvedAgent,
  run: Exclude<ResolvedAgent["run"], { readonly by: "image" }>,
  context: AgentContext,
): Promise<Command> {
  switch (run.by) {
    case "command":
      return { ...run, env: {} };
    case "entry": {
      const { args, env } = await context.launch(agent);
      return { command: [process.execPath, ...args], cwd: run.cwd, env };
    }
    default:
      return run satisfies never;
  }
}

/** What the environment of an agent is now; two that are equal need no restart. */
function environmentOf(
  agent: ResolvedAgent,
  ports: AgentPorts,
  context: AgentContext,
): Record<string, string> {
  const isImage = agent.run.by === "image";
  const models = agent.uses.flatMap((name) => context.models[name] ?? []);
  const server = agent.uses.find((name) => context.models[name] !== undefined);
  const { root, resources, prompts, environment } = context.config;
  const values = ownValues(agent);
  return agentEnvironment({
    agent,
    project: context.config.name,
    runId: context.runId,
    port: ports.port,
    // Its sidecar listens before it starts, and may have had to take another port than was chosen.
    sidecarPort:
      ports.sidecarPort === null ? null : (context.sidecars.portOf(agent.name) ?? ports.sidecarPort),
    sidecarGrpcPort: context.sidecars.grpcPortOf(agent.name),
    llm: askedBy(agent, context).mode,
    cassettesDir: isImage ? null : join(root, "cassettes"),
    models,
    modelsUrl: server === undefined ? null : (context.urls[server] ?? null),
    model: modelVariables(agent, resources, values),
    prompts: promptVariables(prompts, values, isImage ? null : join(context.stateDir, "prompts")),
    environment,
    compileCacheDir: isImage ? null : join(context.stateDir, "cache", "compile"),
    urls: context.urls,
    inherited: isImage ? insideContainer(agent) : process.env,
    fromFile: readEnvFile(agent),
  });
}

/** A container has nothing of this machine's environment but where telemetry goes and what the config says is meant for it. */
function insideContainer({ secrets }: ResolvedAgent): Readonly<Record<string, string | undefined>> {
  const own = Object.fromEntries(secrets.map((name) => [name, process.env[name]]));
  return { ...telemetryVariables(process.env), ...own };
}

/** Deliveries are held from the moment that it is asked to stop until it is ready again. */
function hooksOf(agent: ResolvedAgent, ports: AgentPorts, { host, logs }: AgentContext): NodeHooks {
  const common: NodeHooks = {
    lastWords: () => logs.lastWords(agent.name),
    diagnose: async (exit) => await diagnose(agent, ports, exit),
  };
  if (agent.sidecar === false) return { ...common, onExit: () => logs.end(agent.name) };
  return {
    ...common,
    onReady: () => host.appReady(agent.name),
    beforeStop: async ({ graceMs }) => await host.appGone(agent.name, graceMs),
    onExit: () => {
      logs.end(agent.name);
      void host.appGone(agent.name, 0);
    },
  };
}

/** Somebody took the port between our look and its own: starting again does not cure that. */
async function diagnose(
  { name }: ResolvedAgent,
  { port }: AgentPorts,
  exit: Exit,
): Promise<AgentsError | null> {
  if (exit.by !== "code" || exit.code === 0 || (await isPortFree(port))) return null;
  return await portError({ name, port });
}
