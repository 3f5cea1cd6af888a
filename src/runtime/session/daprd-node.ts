import { join } from "node:path";
import type { ResolvedAgent, ResolvedComponent } from "../model/resolved.ts";
import type { Resource } from "../resources/resource.ts";
import { createReadiness } from "../resources/readiness/readiness.ts";
import { daprdEnvironment } from "../resources/sidecar/daprd/arguments.ts";
import { DAPRD_HEALTH, type ProcessOrder } from "../resources/sidecar/daprd/daprd-resource.ts";
import type { DaprdLine } from "../resources/sidecar/daprd/daprd-log.ts";
import type { PortFinder } from "../resources/sidecar/daprd/daprd-ports.ts";
import { DaprdSidecar, type MadeResources } from "../resources/sidecar/daprd/daprd-sidecar.ts";
import type { StreamsSettings } from "../resources/sidecar/daprd/host/daprd-calls.ts";
import { generateResources, type ResourcePlan } from "../resources/sidecar/daprd/yaml/generate.ts";
import { readUserResources } from "../resources/sidecar/yaml/user-resources.ts";
import type { SidecarHost } from "../resources/sidecar/sidecar-host.ts";
import { tokensOf } from "../resources/sidecar/embedded/tokens.ts";
import { isTelemetryOn, senderEnvironment, spanTarget } from "../plan/telemetry.ts";
import type { NodeFacts, SupervisedNode } from "../supervisor/node.ts";
import type { AgentPorts } from "./choose-ports.ts";
import { daprdComponents, type ComponentPlaces } from "./daprd-components.ts";
import type { ProcessLogs } from "./process-logs.ts";
import { sidecarName } from "./sidecar-node.ts";

/** The daprd that is started, and how. */
export interface DaprdProgram {
  /** Of the binary, where it runs. */
  readonly path: string;
  readonly version: string | null;
  /** Of its container; null where it is a process of this machine. */
  readonly image: string | null;
  readonly spawner: (order: ProcessOrder) => Resource;
}

/** What all daprds of a run share. */
export interface DaprdContext {
  readonly daprd: DaprdProgram;
  readonly root: string;
  readonly project: string;
  readonly runId: string;
  /** Absolute path of `.agents/`. */
  readonly stateDir: string;
  readonly components: readonly ResolvedComponent[];
  readonly places: ComponentPlaces;
  /** What must be ready before any of them is started. */
  readonly needs: readonly string[];
  /** Passwords that the components name, by the variable of daprd's environment. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly streams: StreamsSettings;
  readonly ports: PortFinder;
  readonly host: SidecarHost;
  readonly logs: ProcessLogs;
}

/** Stopping takes daprd's own grace at most, and a moment. */
const STOP_TIMEOUT_MS = 8_000;

/** An agent's daprd, put together. */
export function daprdSidecar(
  agent: ResolvedAgent,
  { port, sidecarPort }: AgentPorts,
  context: DaprdContext,
  onChange: () => void,
): DaprdSidecar {
  const { root, stateDir, host, logs, streams, ports } = context;
  const name = sidecarName(agent.name);
  const tokens = tokensOf(process.env);
  return new DaprdSidecar({
    name,
    agent: agent.name,
    daprd: context.daprd.path,
    cwd: root,
    folder: join(stateDir, "resources", agent.name),
    appPort: port,
    httpPort: sidecarPort ?? 0,
    ports,
    deliveryTimeoutMs: agent.deliveryTimeoutMs,
    streams,
    resources: async () => await makeResources(agent, context),
    env: (secrets) =>
      daprdEnvironment({
        inherited: { ...process.env, ...daprdSender(agent, context) },
        secrets: { ...context.secrets, ...secrets },
        apiToken: tokens.api ?? null,
        appToken: tokens.app ?? null,
      }),
    host,
    spawner: context.daprd.spawner,
    onLine: (line) => logs.write(name, streamOf(line), Buffer.from(`${textOf(line)}\n`)),
    onChange,
  });
}

/** … as something to supervise. */
export function daprdNode(
  agent: ResolvedAgent,
  sidecar: DaprdSidecar,
  { daprd, needs, logs }: DaprdContext,
): SupervisedNode {
  const { name } = sidecar;
  const api = createReadiness(DAPRD_HEALTH, () => sidecar.probedPort);
  return {
    name,
    resource: sidecar,
    dependsOn: Object.fromEntries(needs.map((one) => [one, "ready" as const])),
    readiness: {
      untilReady: async (signal, onWhy) => {
        await api.untilReady(signal, onWhy);
        if (signal.aborted) return;
        onWhy(`waits for what ${agent.name} listens to`);
        await sidecar.untilSubscribed(signal);
      },
      watch: (signal, onChange) => api.watch(signal, onChange),
    },
    restart: "always",
    oneShot: false,
    stopTimeoutMs: STOP_TIMEOUT_MS,
    optional: false,
    pairedWith: agent.name,
    sharesCrashes: true,
    facts: {
      kind: "sidecar",
      implementation: "daprd",
      version: daprd.version,
      image: daprd.image,
      ...shownOf(sidecar, daprd),
      agent: agent.name,
      replica: null,
      llm: null,
      progress: null,
    },
    hooks: {
      onExit: () => logs.end(name),
      lastWords: () => logs.lastWords(name),
    },
  };
}

/** What changes while it runs. */
export function shownOf(
  { httpPort, note }: DaprdSidecar,
  { image }: Pick<DaprdProgram, "image">,
): Pick<NodeFacts, "port" | "url" | "note"> {
  const where = image === null ? null : `container ${image}`;
  return { port: httpPort, url: `http://127.0.0.1:${httpPort}`, note: note ?? where };
}

/** Its spans are those of the sidecar, beside those of the agent. */
function daprdSender(
  { name }: ResolvedAgent,
  { project, runId }: Pick<DaprdContext, "project" | "runId">,
): Readonly<Record<string, string>> {
  if (!isTelemetryOn(process.env)) return {};
  return senderEnvironment({ service: sidecarName(name), project, runId }, process.env);
}

/** daprd sends spans alone; headers and certificates it reads from the same variables as everybody. */
function daprdTracing(env: NodeJS.ProcessEnv): ResourcePlan["configuration"]["tracing"] {
  const target = spanTarget(env);
  if (target === null) return null;
  const { endpoint, protocol } = target;
  const isSecure = endpoint.protocol === "https:";
  const port = endpoint.port || (isSecure ? "443" : "80");
  return {
    endpoint: `${endpoint.hostname}:${port}`,
    isSecure,
    protocol: protocol === "grpc" ? "grpc" : "http",
  };
}

async function makeResources(
  agent: ResolvedAgent,
  { root, stateDir, components, places, logs }: DaprdContext,
): Promise<MadeResources> {
  const user = await readUserResources(join(root, "resources"));
  for (const warning of user.warnings)
    logs.write(sidecarName(agent.name), "stderr", Buffer.from(`warn: ${warning}\n`));
  const { deliveryTimeoutMs, concurrency } = agent;
  const made = generateResources({
    agent: agent.name,
    components: daprdComponents(components, places),
    subscriptions: [],
    delivery: { deliveryTimeoutMs, concurrency },
    configuration: { namesFile: namesFile(stateDir), tracing: daprdTracing(process.env) },
    user,
  });
  return { ...made, userFolder: user.folder };
}

/** Where the daprds of a run find each other. */
export function namesFile(stateDir: string): string {
  return join(stateDir, "state", "daprd-names.db");
}

function textOf({ level, text }: DaprdLine): string {
  return level === null ? text : `${level === "fatal" ? "error" : level}: ${text}`;
}

function streamOf({ level }: DaprdLine): "stdout" | "stderr" {
  return level === "info" || level === "debug" ? "stdout" : "stderr";
}
