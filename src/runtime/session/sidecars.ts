import { AgentsError } from "../model/errors.ts";
import type { ResolvedAgent } from "../model/resolved.ts";
import type { SidecarKind } from "../plan/agent-sidecars.ts";
import type { DaprdSidecar } from "../resources/sidecar/daprd/daprd-sidecar.ts";
import type { SidecarHost } from "../resources/sidecar/sidecar-host.ts";
import type { SupervisedNode } from "../supervisor/node.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import type { AgentPorts } from "./choose-ports.ts";
import type { DaprdContext } from "./daprd-node.ts";
import { daprdNode, daprdSidecar, shownOf } from "./daprd-node.ts";
import { sidecarName, sidecarNode, type RedisOfRun } from "./sidecar-node.ts";
import type { Teller } from "./teller.ts";

export interface SidecarsParts {
  readonly host: SidecarHost;
  /** What serves an agent's sidecar, as it is configured now. */
  readonly kindOf: (agent: ResolvedAgent) => SidecarKind;
  /** The real Redis servers of the run, and what of them carries pub/subs. */
  readonly redis: RedisOfRun;
  /** Null: no daprd can be started in this run. */
  readonly daprd: DaprdContext | null;
}

/** The sidecars of a run, embedded ones and daprds. */
export class Sidecars {
  readonly #parts: SidecarsParts;
  readonly #daprds = new Map<string, DaprdSidecar>();
  #onChange: (sidecar: DaprdSidecar) => void = () => undefined;

  constructor(parts: SidecarsParts) {
    this.#parts = parts;
  }

  /**
   * Which kinds of sidecars there are is decided once per run.
   *
   * @throws AgentsError AGENTS_NOT_SUPPORTED for an agent that asks for one that this run does not have
   */
  assertServed(agents: readonly ResolvedAgent[]): void {
    const { kindOf, daprd } = this.#parts;
    const wanting = agents.find((agent) => agent.sidecar !== false && kindOf(agent) === "daprd");
    if (wanting === undefined || daprd !== null) return;
    throw new AgentsError(
      "AGENTS_NOT_SUPPORTED",
      `${wanting.name} asks for a daprd sidecar, and this run has none.`,
      {
        path: `agents.${wanting.name}.sidecar`,
        found: "daprd",
        expected: "a run that has a real Redis and a daprd",
        hint: "Start anew: agents down, then agents up",
      },
    );
  }

  /** An agent's sidecar as something to supervise. */
  node(agent: ResolvedAgent, ports: AgentPorts): SupervisedNode {
    const { host, kindOf, daprd, redis } = this.#parts;
    if (kindOf(agent) === "embedded" || daprd === null) {
      this.#daprds.delete(agent.name);
      return sidecarNode(agent, ports, host, redis);
    }
    const sidecar = daprdSidecar(agent, ports, daprd, () => this.#onChange(sidecar));
    this.#daprds.set(agent.name, sidecar);
    return daprdNode(agent, sidecar, daprd);
  }

  /** Whether an agent goes with its sidecar when that crashes. */
  isDaprd(agent: string): boolean {
    return this.#daprds.has(agent);
  }

  /** The port that an agent's sidecar listens on, or did last; null while it was never started. */
  portOf(agent: string): number | null {
    return this.#daprds.get(agent)?.httpPort ?? this.#parts.host.portOf(agent);
  }

  /** Null: it speaks HTTP only. */
  grpcPortOf(agent: string): number | null {
    return this.#daprds.get(agent)?.grpcPort ?? null;
  }

  /** The agent's process is about to start. */
  wake(agent: string): void {
    this.#daprds.get(agent)?.wake();
  }

  /** Starts daprds again where what is around them changed, and shows what changes about them. */
  superviseWith(supervisor: Supervisor, tell: Teller): Disposable {
    const { host, daprd } = this.#parts;
    if (daprd !== null)
      this.#onChange = (sidecar) => supervisor.describe(sidecar.name, shownOf(sidecar, daprd.daprd));
    const restart = (agents: readonly string[]): void => {
      const known = new Set(supervisor.view().resources.map(({ name }) => name));
      const names = agents.map(sidecarName).filter((name) => known.has(name));
      // What it comes to is shown as its state.
      supervisor
        .restart(names, { cause: "dependency", signal: AbortSignal.abort() })
        .catch((error: unknown) => tell.error(null, error));
    };
    return host.onEvent((event) => {
      if (event.type === "subscriptions-changed" && this.isDaprd(event.appId)) restart([event.appId]);
      // At the end it goes before us: that is no news.
      if (event.type !== "streams" || supervisor.view().state === "stopping") return;
      if (event.message !== null) {
        tell.warning(`Redis is away (${event.message}). What it has accepted waits in it.`);
        return;
      }
      tell.info(
        this.#daprds.size === 0
          ? "Redis is back."
          : "Redis is back: the daprds start anew, so that what was lost on the way comes again.",
      );
      restart([...this.#daprds.keys()]);
    });
  }
}
