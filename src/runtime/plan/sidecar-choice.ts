import { AgentsError } from "../model/errors.ts";
import type { ResolvedConfig } from "../model/resolved.ts";
import type { Build } from "./build.ts";
import type { Choice } from "./choices.ts";
import type { DaprdFact } from "./machine.ts";
import type { Mode } from "./mode.ts";
import { canRun } from "./obstacles.ts";

/** What serves the sidecars of this run. */
export interface SidecarChoice {
  readonly as: "daprd" | "embedded";
  /** The binary that runs; null with an image, or embedded. */
  readonly path: string | null;
  /** With `daprd`: null where its binary runs, else the image. */
  readonly image: string | null;
  readonly version: string | null;
  readonly reason: string;
}

export interface SidecarInput {
  readonly config: ResolvedConfig;
  readonly mode: Mode;
  readonly choices: ReadonlyMap<string, Choice>;
  readonly daprd: DaprdFact;
  readonly build: Build;
}

/** Whether a bus that a daprd could reach serves this run: each pub/sub component is backed by a real Redis. */
export function busIsReal(config: ResolvedConfig, choices: ReadonlyMap<string, Choice>): boolean {
  const buses = Object.values(config.components).filter(({ kind }) => kind === "pubsub");
  return (
    buses.length > 0 &&
    buses.every(({ resource }) => {
      const as = resource === null ? undefined : choices.get(resource)?.as;
      return as !== undefined && as !== "embedded";
    })
  );
}

/** Whether a run of this config with containers could have a daprd: who takes one, and a Redis behind each pub/sub. */
export function couldHaveDaprd(config: ResolvedConfig): boolean {
  const buses = Object.values(config.components).filter(({ kind }) => kind === "pubsub");
  const onRedis = buses.every(
    ({ resource }) => resource !== null && config.resources[resource]?.kind === "redis",
  );
  return buses.length > 0 && onRedis && mayHaveDaprd(config);
}

/** Whether it matters which daprd is here: looking starts a process. */
export function asksForDaprd(input: Omit<SidecarInput, "daprd">): boolean {
  const { config, mode, choices, build } = input;
  if (mode === "embedded" || !mayHaveDaprd(config)) return false;
  if (isAskedFor(config)) return build.daprd !== "no" && busIsReal(config, choices);
  const support = mode === "containers" ? ["auto", "asked"] : ["auto"];
  return (
    (support.includes(build.daprd) || support.includes(build["daprd-container"])) &&
    busIsReal(config, choices)
  );
}

/** Whether an agent would take a daprd where there is one. */
function mayHaveDaprd({ agents }: ResolvedConfig): boolean {
  return Object.values(agents).some(({ sidecar }) => sidecar === "auto" || sidecar === "daprd");
}

/** Whether an agent asks for a daprd of its own accord. */
function isAskedFor({ agents }: ResolvedConfig): boolean {
  return Object.values(agents).some(({ sidecar }) => sidecar === "daprd");
}

/** Why no agent can have a daprd, whoever asks for it; null = one can be started. */
export function whyNoDaprd({ config, mode, choices, daprd, build }: SidecarInput): string | null {
  if (build.daprd === "no") return "this version runs embedded ones only";
  if (mode === "embedded") return "--mode embedded runs no Redis that a daprd could reach";
  if (!busIsReal(config, choices)) return "none of this run's pub/sub components is in a real Redis";
  if (daprd.at === "missing" && daprd.image === null) return whyMissing(daprd);
  return null;
}

/** Why neither its binary nor its container can be had. */
function whyMissing({ why, obstacle }: Extract<DaprdFact, { readonly at: "missing" }>): string {
  return obstacle === null ? why : `${why}, and ${obstacle}`;
}

/** `daprd` only where the bus is a real Redis; in `containers` its container where there is no binary. */
export function chooseSidecars(input: SidecarInput): {
  readonly choice: SidecarChoice;
  readonly problem: AgentsError | null;
  /** Said aloud: its container could not be had, and what serves instead. */
  readonly notice: string | null;
} {
  const { config, mode, choices, daprd, build } = input;
  if (mode === "embedded") return embedded(`${EMBEDDED} (asked for with --mode embedded)`);
  if (!asksForDaprd(input)) {
    return embedded(
      busIsReal(config, choices)
        ? EMBEDDED
        : `${EMBEDDED}; daprd needs a bus that it can reach, and none of this run's is a real Redis`,
    );
  }
  const isAsked = mode === "containers";
  if (daprd.at === "found" && canRun(build.daprd, isAsked))
    return {
      choice: {
        as: "daprd",
        path: daprd.path,
        image: null,
        version: daprd.version,
        reason: `daprd ${daprd.version} at ${daprd.path}`,
      },
      problem: null,
      notice: null,
    };
  const image = daprd.at === "missing" && canRun(build["daprd-container"], isAsked) ? daprd.image : null;
  const why = daprd.at === "missing" ? whyMissing(daprd) : "daprd was not looked for";
  if (image !== null)
    return {
      choice: { as: "daprd", path: null, image, version: null, reason: `container ${image} (${why})` },
      problem: null,
      notice: null,
    };
  if (mode === "auto") return { ...embedded(`${EMBEDDED} (${why})`), notice: noticeOf(daprd) };
  // A real part that this version does not have in a container is no reason not to run the others.
  if (build["daprd-container"] === "no") return embedded(`${EMBEDDED} (${why})`);
  return {
    ...embedded(EMBEDDED),
    problem: new AgentsError(
      "AGENTS_DAPRD_NOT_FOUND",
      `There is no daprd to run the sidecars with: ${why}.`,
      {
        expected: "daprd on the PATH or in ~/.dapr/bin, or AGENTS_DAPRD naming it",
        hint: "Install it with dapr init --slim, or use agents up --mode auto.",
      },
    ),
  };
}

/** That there is no daprd is nothing unusual; that one was named, or that Docker is there and its container cannot be had, is. */
function noticeOf(daprd: DaprdFact): string | null {
  if (daprd.at !== "missing" || (daprd.obstacle === null && !daprd.named)) return null;
  if (daprd.named)
    return `AGENTS_DAPRD: ${daprd.why}. Instead: the sidecars are embedded. agents up --mode containers makes this an error.`;
  const why = whyMissing(daprd);
  return `${why.slice(0, 1).toUpperCase()}${why.slice(1)}. Instead: the sidecars are embedded. agents up --mode containers makes this an error.`;
}

const EMBEDDED = "the runtime's own sidecar speaks Dapr's HTTP API; it has no gRPC";

/** No daprd is asked for, and none is started. */
export const EMBEDDED_SIDECARS: SidecarChoice = embedded(EMBEDDED).choice;

function embedded(reason: string): {
  readonly choice: SidecarChoice;
  readonly problem: null;
  readonly notice: null;
} {
  const choice: SidecarChoice = { as: "embedded", path: null, image: null, version: null, reason };
  return { choice, problem: null, notice: null };
}
