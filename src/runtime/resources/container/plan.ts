import type { Lifetime } from "./identity.ts";

/** A container that has the name, or the labels, of the one that is wanted. */
export interface ObservedContainer {
  readonly id: string;
  readonly name: string;
  readonly state: "created" | "running" | "paused" | "restarting" | "removing" | "exited" | "dead";
  /** Null where it is not ours: it merely has the name. */
  readonly owner: {
    readonly resource: string;
    readonly configHash: string;
    readonly lifetime: Lifetime;
  } | null;
}

/** What to do about one resource, and why; `execute` decides nothing any more. */
export type ContainerPlan =
  | { readonly do: "create"; readonly remove: readonly string[]; readonly why: string }
  | {
      readonly do: "take-over";
      readonly id: string;
      readonly remove: readonly string[];
      readonly why: string;
    }
  | { readonly do: "start"; readonly id: string; readonly remove: readonly string[]; readonly why: string }
  | { readonly do: "replace"; readonly remove: readonly string[]; readonly why: string }
  | { readonly do: "refuse"; readonly name: string; readonly why: string };

export interface WantedContainer {
  readonly name: string;
  readonly configHash: string;
  readonly lifetime: Lifetime;
}

/** From what is there and what is wanted to what is to be done. Pure. */
export function planContainer(
  wanted: WantedContainer,
  observed: readonly ObservedContainer[],
): ContainerPlan {
  const strangers = observed.filter(({ owner, name }) => owner === null && name === wanted.name);
  const [stranger] = strangers;
  if (stranger !== undefined)
    return { do: "refuse", name: stranger.name, why: "a container that is not ours has this name" };
  const ours = observed.filter(({ owner }) => owner !== null);
  if (ours.length === 0) return { do: "create", remove: [], why: "there is none" };
  const fitting = ours.find((candidate) => misfit(wanted, candidate) === null);
  const remove = ours.filter((candidate) => candidate !== fitting).map(({ id }) => id);
  if (fitting === undefined) {
    const why = ours.map((candidate) => misfit(wanted, candidate)).find((reason) => reason !== null);
    return { do: "replace", remove, why: why ?? "it does not fit" };
  }
  const { id } = fitting;
  return fitting.state === "running"
    ? { do: "take-over", id, remove, why: "it runs, and its configuration is the same" }
    : { do: "start", id, remove, why: "it was stopped, and its configuration is the same" };
}

/** Why a container of ours cannot be used; null = it can. */
function misfit(wanted: WantedContainer, { name, state, owner }: ObservedContainer): string | null {
  if (owner?.configHash !== wanted.configHash) return "its configuration changed";
  if (owner.lifetime !== wanted.lifetime) return "its lifetime changed";
  if (name !== wanted.name) return "it has another name";
  switch (state) {
    case "running":
    case "exited":
      return null;
    // One that was created and never started may lack its files.
    case "created":
      return "it never started";
    case "paused":
    case "restarting":
    case "removing":
    case "dead":
      return `it is ${state}`;
    default:
      return state satisfies never;
  }
}
