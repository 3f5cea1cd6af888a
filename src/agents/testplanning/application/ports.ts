import type { HandlerContext, Page } from "agents-apphost/kit";
import type { Approve } from "../domain/approval.ts";
import type { XmlElement } from "../domain/coverage/cobertura.ts";
import type { Judge } from "../domain/openapi/judge.ts";
import type { Wording } from "../domain/wording.ts";
import type { CoverageAnalyzedPayload, SpecGeneratedPayload, StrategyCreatedPayload } from "../events.ts";

/** Who stands up for a spec, and since when. */
export interface Approval {
  readonly by: string;
  readonly note: string | null;
  readonly at: string;
}

/** A spec as it was published, with the time it was made and its approvals, the first one first. */
export interface StoredSpec {
  readonly spec: SpecGeneratedPayload;
  readonly createdAt: string;
  readonly approvals: readonly Approval[];
}

/** A spec in a list. */
export interface SpecRow {
  readonly specId: string;
  readonly requirementId: string;
  readonly requirement: string;
  readonly testable: boolean;
  readonly cases: number;
  readonly approvedBy: readonly string[];
  readonly createdAt: string;
}

/** Which page: `after` are the time and the id of the last spec of the one before. */
export interface PageFilter {
  readonly limit: number;
  readonly after?: readonly [createdAt: string, specId: string] | undefined;
}

/** Which of them. */
export interface SpecFilter extends PageFilter {
  /** Left out: approved or not. */
  readonly approved?: boolean | undefined;
}

/**
 * The specs of this agent. What they say never changes: a requirement that is analysed again is a new spec, which nobody
 * has approved yet.
 */
export interface Specs {
  /** Stores specs and publishes them, in one step. */
  publish(ctx: HandlerContext, specs: readonly SpecGeneratedPayload[]): Promise<void>;
  find(specId: string): Promise<StoredSpec | null>;
  /** The newest first. */
  list(filter: SpecFilter): Promise<Page<SpecRow>>;
  /** The same pages, with all that the specs hold. */
  page(filter: PageFilter): Promise<Page<StoredSpec>>;
  /** The newest spec of each requirement. */
  newestOf(requirementIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** What people say of the specs. */
export interface Approvals {
  /** @throws SpecNotTestable, and PreconditionFailed where the request expects another version of the spec. */
  approve(ctx: HandlerContext, specId: string, command: Approve): Promise<void>;
}

export interface Strategies {
  publish(ctx: HandlerContext, strategy: StrategyCreatedPayload): Promise<void>;
}

export interface Coverages {
  publish(ctx: HandlerContext, coverage: CoverageAnalyzedPayload): Promise<void>;
  /** The newest coverage of a spec by tests; null while no code was generated for it. */
  latest(specId: string): Promise<CoverageAnalyzedPayload | null>;
  /** The same of several specs. */
  latestOf(specIds: readonly string[]): Promise<ReadonlyMap<string, CoverageAnalyzedPayload>>;
}

/** Reads a document of YAML or JSON. @throws DocumentUnreadable with line and column. */
export type ReadDocument = (text: string) => Promise<unknown>;

/** A judge of the schemas of one OpenAPI document. */
export type JudgeOf = (document: unknown) => Promise<Judge>;

/** Reads an XML document; nothing outside of it is read. @throws ReportUnreadable */
export type ReadXml = (text: string) => Promise<XmlElement>;

/** What a model said, and which. */
export interface Words<Text> {
  readonly text: Text;
  readonly generatedBy: StrategyCreatedPayload["generatedBy"];
  readonly promptRef: string;
}

/** A model that words what code has found. */
export interface Writer {
  wordSpec(ctx: HandlerContext, draft: SpecDraft): Promise<Words<Wording>>;
  wordStrategy(ctx: HandlerContext, draft: StrategyDraft): Promise<Words<string>>;
}

export interface SpecDraft extends Wording {
  readonly requirement: string;
  readonly rules: readonly string[];
}

export interface StrategyDraft {
  readonly name: string;
  readonly draft: string;
  readonly items: readonly string[];
}
