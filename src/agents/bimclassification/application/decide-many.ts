import type { HandlerContext } from "agents-apphost/kit";
import type { KnownClassification } from "../domain/classification.ts";
import type { ClassificationCommand } from "../domain/decide.ts";
import type { Agreement } from "../domain/suggestion.ts";
import { knownCode } from "./known-code.ts";
import type { WrittenCode } from "./known-code.ts";
import type { Attempted, Classifications, Codes, ElementFilter, ElementList } from "./ports.ts";
import { refusal } from "./refusal.ts";
import type { Refusal } from "./refusal.ts";

/** What a filter of elements asks for; what is left out does not matter. */
export interface Criteria {
  readonly code?: WrittenCode | undefined;
  readonly confidenceAtLeast?: number | undefined;
  readonly agreement?: readonly Agreement[] | undefined;
  readonly ifcClass?: string | undefined;
  readonly source?: string | undefined;
}

/** One element as it was seen: with its suggestion, or its version, or neither. */
export interface Seen {
  readonly elementId: string;
  readonly suggestionId: string | null;
  readonly version: number | null;
}

/** The elements that a decision is about. */
export type Selection =
  | { readonly elements: readonly Seen[] }
  | { readonly filter: Criteria; readonly limit: number };

/** What a decision came to for one element. */
export type Decided =
  | {
      readonly outcome: "done" | "unchanged";
      readonly elementId: string;
      readonly version: number;
      readonly state: KnownClassification;
    }
  | { readonly outcome: "refused"; readonly elementId: string; readonly refusal: Refusal };

/** What a decision about many elements came to. */
export interface ManyDecided {
  readonly elements: readonly Decided[];
  /** Elements that the filter still finds; null where none was given. */
  readonly left: number | null;
}

/** The commands of people about many elements: each is decided for itself, and its outcome told. */
export class DecideMany {
  readonly #classifications: Classifications;
  readonly #elements: ElementList;
  readonly #codes: Codes;

  constructor(classifications: Classifications, elements: ElementList, codes: Codes) {
    this.#classifications = classifications;
    this.#elements = elements;
    this.#codes = codes;
  }

  approve(
    { selection, by }: { readonly selection: Selection; readonly by: string },
    ctx: HandlerContext,
  ): Promise<ManyDecided> {
    const approver = { kind: "person", name: by } as const;
    return this.#decide(ctx, selection, "suggested", (suggestionId) => ({
      type: "approve",
      suggestionId,
      by: approver,
    }));
  }

  reject(
    about: { readonly selection: Selection; readonly reason: string; readonly by: string },
    ctx: HandlerContext,
  ): Promise<ManyDecided> {
    const { selection, reason, by } = about;
    return this.#decide(ctx, selection, "suggested", (suggestionId) => ({
      type: "reject",
      suggestionId,
      reason,
      by,
    }));
  }

  apply(
    { selection, by }: { readonly selection: Selection; readonly by: string },
    ctx: HandlerContext,
  ): Promise<ManyDecided> {
    return this.#decide(ctx, selection, "approved", () => ({ type: "apply", by }));
  }

  async #decide(
    ctx: HandlerContext,
    selection: Selection,
    at: KnownClassification["at"],
    toCommand: ToCommand,
  ): Promise<ManyDecided> {
    if ("elements" in selection)
      return { elements: await this.#attempt(ctx, selection.elements, toCommand), left: null };
    const filter = filterOf(this.#codes, [at], selection.filter);
    const earlier = await this.#classifications.earlier(ctx);
    const elements =
      earlier?.map((outcome) => toDecided({ at: "decided", outcome })) ??
      (await this.#attempt(ctx, await this.#find(filter, selection.limit), toCommand));
    return { elements, left: await this.#elements.count(filter) };
  }

  /** As it was found: what somebody changes before it is decided is refused. */
  async #find(filter: ElementFilter, limit: number): Promise<readonly Seen[]> {
    const { items } = await this.#elements.page(filter, { limit });
    return items.map(({ elementId, version }) => ({ elementId, version, suggestionId: null }));
  }

  async #attempt(
    ctx: HandlerContext,
    seen: readonly Seen[],
    toCommand: ToCommand,
  ): Promise<readonly Decided[]> {
    const attempts = seen.map(({ elementId, suggestionId, version }) => ({
      elementId,
      version,
      command: toCommand(suggestionId),
    }));
    return (await this.#classifications.recordEach(ctx, attempts)).map(toDecided);
  }
}

type ToCommand = (suggestionId: string | null) => ClassificationCommand;

/** @throws Problem 422 for a code that no table has. */
export function filterOf(codes: Codes, at: ElementFilter["at"], criteria: Criteria): ElementFilter {
  const { code, ...rest } = criteria;
  return { at, ...rest, code: code === undefined ? undefined : knownCode(codes, code) };
}

function toDecided(attempted: Attempted): Decided {
  if (attempted.at !== "decided")
    return { outcome: "refused", elementId: attempted.elementId, refusal: refusal(attempted) };
  const { elementId, version, state, events } = attempted.outcome;
  return { outcome: events.length > 0 ? "done" : "unchanged", elementId, version, state };
}
