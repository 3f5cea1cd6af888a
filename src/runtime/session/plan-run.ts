import type { ResolvedConfig } from "../model/resolved.ts";
import { AgentsError } from "../model/errors.ts";
import { imagesAskedFor } from "../plan/asks.ts";
import type { Build } from "../plan/build.ts";
import { BUILD } from "../plan/build.ts";
import type { Choice } from "../plan/choices.ts";
import { chooseResources } from "../plan/choices.ts";
import { chooseAgentSidecars, type AgentSidecars } from "../plan/agent-sidecars.ts";
import type { DaprdFact, DockerFact } from "../plan/machine.ts";
import type { Mode } from "../plan/mode.ts";
import type { SidecarChoice } from "../plan/sidecar-choice.ts";
import { asksForDaprd, chooseSidecars, whyNoDaprd } from "../plan/sidecar-choice.ts";
import { ollamasThatAnswer } from "./gather-facts.ts";
import type { Containers } from "./containers.ts";
import { findProgram } from "./find-program.ts";
import { readKept } from "./kept-choices.ts";
import type { WantedImage } from "./look-at-machine.ts";
import { lookForAnyDaprd } from "./daprd-image.ts";
import { givenServers, lookForDocker } from "./look-at-machine.ts";

export interface PlanRunInput {
  readonly config: ResolvedConfig;
  /** Null: `auto`, with what was chosen before. */
  readonly mode: Mode | null;
  /** `--llm sample`: no model is asked. */
  readonly sampleOnly: boolean;
  readonly stateDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly build?: Build;
  /** Opens Docker, where the plan asks for it. */
  readonly openDocker: () => Promise<Containers>;
}

/** What runs where in this run. */
export interface RunPlan {
  readonly mode: Mode;
  readonly choices: ReadonlyMap<string, Choice>;
  /** What serves the sidecars of agents that ask for nothing. */
  readonly sidecars: SidecarChoice;
  readonly agentSidecars: AgentSidecars;
  readonly daprd: DaprdFact;
  readonly docker: DockerFact;
  /** Null: nothing of this run is a container. */
  readonly containers: Containers | null;
  /** Names of what runs as a container. */
  readonly contained: ReadonlySet<string>;
  /** What keeps the run from starting. */
  readonly problems: readonly AgentsError[];
  readonly notices: readonly string[];
}

/** Looks at the machine as far as the choice depends on it, and chooses. Whoever asks owns `containers`. */
export async function planRun(input: PlanRunInput): Promise<RunPlan> {
  const { config, stateDir, env, sampleOnly, build = BUILD } = input;
  const mode = input.mode ?? "auto";
  const kept = input.mode === null ? readKept(stateDir) : {};
  const given = givenServers(env);
  const images = wantedImages(config, imagesAskedFor({ config, mode, kept, given, build, sampleOnly }));
  const [{ fact: docker, containers: opened }, ollamaAnswers] = await Promise.all([
    images.length === 0
      ? { fact: { at: "not-asked" } as const, containers: null }
      : lookForDocker(input.openDocker, images, mode !== "containers"),
    sampleOnly || mode === "embedded" ? new Set<string>() : ollamasThatAnswer(config),
  ]);
  let containers = opened;
  try {
    const path = env["PATH"] ?? "";
    const { byName, problems, notices } = chooseResources({
      config,
      mode,
      kept,
      build,
      sampleOnly,
      machine: {
        docker,
        given,
        redisServer: findProgram("redis-server", path),
        ollamaProgram: findProgram("ollama", path),
        ollamaAnswers,
      },
    });
    const asks = { config, mode, choices: byName, build };
    let daprd: DaprdFact = { at: "not-asked" };
    if (asksForDaprd(asks)) {
      const { openDocker } = input;
      const open = docker.at === "closed" ? null : async () => (containers ??= await openDocker());
      daprd = await lookForAnyDaprd({ env, root: config.root, mode, build, open });
    }
    const sidecars = chooseSidecars({ ...asks, daprd });
    const noDaprd = whyNoDaprd({ ...asks, daprd });
    const agentSidecars = chooseAgentSidecars(config, { choice: sidecars.choice, noDaprd });
    const contained = containedNames(config, byName);
    const daprdIsContained =
      daprd.at === "missing" && daprd.image !== null && [...agentSidecars.byAgent.values()].includes("daprd");
    const needsDocker = contained.size > 0 || daprdIsContained;
    if (!needsDocker) containers?.letGo();
    return {
      mode,
      choices: byName,
      sidecars: sidecars.choice,
      agentSidecars,
      daprd,
      docker,
      containers: needsDocker ? containers : null,
      contained,
      problems: [
        ...problems,
        ...(sidecars.problem === null ? [] : [sidecars.problem]),
        ...agentSidecars.problems,
      ],
      notices: [...notices, ...(sidecars.notice === null ? [] : [sidecars.notice]), ...agentSidecars.notices],
    };
  } catch (error) {
    containers?.letGo();
    throw error;
  }
}

/** @throws AgentsError what keeps the run from starting: the first, with the others below it. */
export function assertPlanned({ problems }: Pick<RunPlan, "problems">): void {
  const [first, ...others] = problems;
  if (first === undefined) return;
  const lines = [...new Set(others.map(({ message }) => message))].filter((text) => text !== first.message);
  throw lines.length === 0 ? first : new AgentsError(first.code, first.message, { ...first.details, lines });
}

/** The first who needs each of these images. */
export function wantedImages(config: ResolvedConfig, images: readonly string[]): WantedImage[] {
  const all = [
    ...Object.values(config.resources).flatMap((resource) =>
      "image" in resource ? [{ image: resource.image, resource: resource.name }] : [],
    ),
    ...Object.values(config.agents).flatMap(({ name, run }) =>
      run.by === "image" ? [{ image: run.image, resource: name }] : [],
    ),
  ];
  return images.flatMap((image) => all.find((wanted) => wanted.image === image) ?? []);
}

function containedNames(config: ResolvedConfig, choices: ReadonlyMap<string, Choice>): ReadonlySet<string> {
  return new Set([
    ...Object.values(config.resources)
      .filter(({ name, kind }) => kind === "container" || choices.get(name)?.as === "container")
      .map(({ name }) => name),
    ...Object.values(config.agents)
      .filter(({ run }) => run.by === "image")
      .map(({ name }) => name),
  ]);
}
