import { AgentsError } from "../model/errors.ts";
import type { ResolvedConfig } from "../model/resolved.ts";
import type { Build, Part } from "./build.ts";
import type { Machine } from "./machine.ts";
import type { Kept, Mode, Serving } from "./mode.ts";
import type { Obstacle } from "./obstacles.ts";
import { canRun, containerObstacle, unsupportedPart } from "./obstacles.ts";
import type { ChoosableResource, Way } from "./ways.ts";
import { givenWay, waysFor } from "./ways.ts";

/** Why nothing but the embedded part was looked at. */
export const ASKED_FOR_EMBEDDED = "asked for with --mode embedded";

/** What serves a resource in this run. */
export interface Choice {
  readonly name: string;
  readonly as: Serving;
  /** One line for people: why this and nothing else. */
  readonly reason: string;
  /** Why it is not what comes first: `its image redis:7.4-alpine cannot be pulled`; null where it is. */
  readonly because: string | null;
  /** What is started for it; null where nothing is. */
  readonly part: Part | null;
}

export interface Choices {
  readonly byName: ReadonlyMap<string, Choice>;
  /** What keeps the run from starting. */
  readonly problems: readonly AgentsError[];
  /** Said aloud: something that is there could not be used, and what serves instead. */
  readonly notices: readonly string[];
}

export interface ChoiceInput {
  readonly config: ResolvedConfig;
  readonly mode: Mode;
  /** Empty where the mode was asked for: then everything is chosen anew. */
  readonly kept: Kept;
  readonly machine: Machine;
  readonly build: Build;
  /** No model is asked: nothing is started for one. */
  readonly sampleOnly: boolean;
}

/** What serves each resource, as the table in docs/containers.md has it. Pure: the facts are gathered before. */
export function chooseResources(input: ChoiceInput): Choices {
  const byName = new Map<string, Choice>();
  const problems: AgentsError[] = [];
  const missed: Missed[] = [];
  for (const resource of Object.values(input.config.resources)) {
    switch (resource.kind) {
      case "redis":
      case "sqlserver":
      case "ollama": {
        const chosen = choose(resource, input);
        if (chosen.problem !== null) problems.push(chosen.problem);
        byName.set(resource.name, chosen.choice);
        if (chosen.missed !== null) missed.push({ ...chosen.missed, choice: chosen.choice });
        break;
      }
      case "container": {
        const problem = onlyContainer(`resources.${resource.name}`, resource.image, input);
        if (problem !== null) problems.push(problem);
        break;
      }
      case "task":
      case "azureopenai":
      case "external":
        break;
      default:
        return resource satisfies never;
    }
  }
  for (const { name, run } of Object.values(input.config.agents)) {
    const problem = run.by === "image" ? onlyContainer(`agents.${name}`, run.image, input) : null;
    if (problem !== null) problems.push(problem);
  }
  return { byName, problems, notices: noticesOf(missed) };
}

interface Chosen {
  readonly choice: Choice;
  readonly problem: AgentsError | null;
  readonly missed: Omit<Missed, "choice"> | null;
}

function choose(resource: ChoosableResource, input: ChoiceInput): Chosen {
  const { mode, kept, build } = input;
  const given = input.machine.given[resource.kind];
  if (given !== null) return must(resource, givenWay(resource), input);
  const ways = waysFor(resource, input);
  const stays = kept[resource.name];
  if (mode === "embedded") return first(resource, ways.slice(-1), build, [ASKED_FOR_EMBEDDED]);
  const container = ways.find(({ as }) => as === "container");
  if (mode === "containers" && container !== undefined) return must(resource, container, input);
  if (stays !== undefined && resource.kind !== "ollama") {
    const way = ways.find(({ as }) => as === stays);
    if (way !== undefined)
      return must(resource, { ...way, reason: `${way.reason}, as when it first started here` }, input, stays);
  }
  // A model holds nothing that could be lost: only whether Docker is asked for it is kept.
  const open =
    stays !== undefined && stays !== "container" ? ways.filter(({ as }) => as !== "container") : ways;
  return first(resource, open, build);
}

/** The first of these ways that can be had; the last one always can. `before`: why what comes before them is left out. */
function first(
  { name }: ChoosableResource,
  ways: readonly Way[],
  build: Build,
  before: readonly string[] = [],
): Chosen {
  const whys = [...before];
  let loud: Obstacle | null = null;
  for (const { as, part, reason, obstacle } of ways) {
    if (part !== null && !canRun(build[part], false)) continue;
    if (obstacle === null) {
      const because = whys.length === 0 ? null : whys.join(", ");
      const text = because === null ? reason : `${reason} (${because})`;
      return { choice: { name, as, reason: text, because, part }, problem: null, missed: loud };
    }
    if (obstacle === "silent") continue;
    whys.push(obstacle.why);
    if (obstacle.loud) loud ??= obstacle;
  }
  throw new Error(`nothing can serve ${name}`);
}

/** Nothing else will do: what stands in its way ends the start. */
function must(
  resource: ChoosableResource,
  { as, part, reason, obstacle }: Way,
  { build }: ChoiceInput,
  stays?: Serving,
): Chosen {
  const choice: Choice = { name: resource.name, as, reason, because: null, part };
  if (part !== null && !canRun(build[part], true))
    return { choice, problem: unsupportedPart(resource.name, part), missed: null };
  if (obstacle === null) return { choice, problem: null, missed: null };
  const error = obstacle === "silent" ? gone(resource, as) : obstacle.error;
  return { choice, problem: stays === undefined ? error : staysError(resource, stays, error), missed: null };
}

/** Its data is where it was: nothing else may stand in for it unseen. */
function staysError({ name }: ChoosableResource, stays: Serving, error: AgentsError): AgentsError {
  const { hint, ...details } = error.details;
  return new AgentsError(
    error.code,
    `${name} keeps its data ${stays === "container" ? "in a container" : "on a server of its own"} here, and that cannot start: ${error.message}`,
    {
      ...details,
      hint: staysHint(hint),
      cause: error,
    },
  );
}

/** How to mend it, and how to start meanwhile; each is said once. */
function staysHint(hint: string | undefined): string {
  const without = "agents up --mode embedded";
  if (hint === undefined) return `What it holds stays; ${without} starts without it.`;
  if (hint.endsWith(without)) return `${hint} (what it holds stays).`;
  return `${hint} What it holds stays; ${without} starts without it.`;
}

function gone({ name, kind }: ChoosableResource, as: Serving): AgentsError {
  return new AgentsError(
    "AGENTS_NOT_SUPPORTED",
    `${name} cannot run as ${as}: there is no program for ${kind} on the PATH any more.`,
    {
      path: name,
      hint: "Install it again.",
    },
  );
}

/** What is nothing but a container is one in every mode. */
function onlyContainer(path: string, image: string, { machine, build }: ChoiceInput): AgentsError | null {
  const name = path.slice(path.indexOf(".") + 1);
  if (!canRun(build.container, true)) return unsupportedPart(name, "container");
  const error = containerObstacle(image, machine.docker)?.error;
  if (error === undefined) return null;
  return new AgentsError(error.code, `${name} is a container (${image}): ${error.message}`, {
    ...error.details,
    path,
  });
}

interface Missed extends Obstacle {
  readonly choice: Choice;
}

/** One line for each reason, whoever it concerns. */
function noticesOf(missed: readonly Missed[]): readonly string[] {
  const byMessage = Map.groupBy(missed, ({ error }) => error.message);
  return [...byMessage].map(([message, all]) => {
    const instead = all.map(({ choice }) => `${choice.name} is ${choice.as}`).join(", ");
    return `${message} Instead: ${instead}. agents up --mode containers makes this an error.`;
  });
}
