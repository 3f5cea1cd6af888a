import type { HandlerContext } from "agents-apphost/kit";
import { blankOut, invalid, isSampleText } from "agents-apphost/kit";
import { bumpOf, parseCommit, releaseNotes, withoutReverted } from "../domain/commits.ts";
import { DeploymentInvalid, doraMetrics } from "../domain/dora.ts";
import type { Deployment, DoraMetrics } from "../domain/dora.ts";
import { readFailure } from "../domain/failure.ts";
import type { Failure } from "../domain/failure.ts";
import { findInstructions } from "../domain/instructions.ts";
import { bumpVersion, initialBump, parseVersion } from "../domain/semver.ts";
import type { Bump } from "../domain/semver.ts";
import { analyseSprint, SprintInvalid } from "../domain/sprint.ts";
import type { Sprint, WorkItem } from "../domain/sprint.ts";
import { claimedSuccess, failureSummary, inventedOf, sprintSummary } from "../domain/wording.ts";
import type { SprintAnalyzedPayload } from "../events.ts";
import type { Store, Words, Writer } from "./ports.ts";

/** A text and who it is by. */
interface Worded {
  readonly summary: string;
  readonly wording: { readonly by: "model" | "template"; readonly reason: string | null };
  readonly generatedBy: Words["generatedBy"];
  readonly promptRef: string;
}

interface ReleaseAsked {
  readonly version: string;
  readonly commits: readonly string[];
  readonly date?: string | undefined;
  readonly initialDevelopment: boolean;
}

interface Release {
  readonly bump: Bump;
  readonly nextVersion: string;
  readonly notes: string;
  readonly unparsed: string[];
  readonly reverted: string[];
}

/** Figures by code, sentences by a model where it invents nothing. */
export class Reports {
  readonly #store: Store;
  readonly #writer: Writer;
  readonly #today: () => string;

  constructor(store: Store, writer: Writer, today: () => string) {
    this.#store = store;
    this.#writer = writer;
    this.#today = today;
  }

  /** @throws Problem 422 for dates that cannot be. */
  async sprint(
    { sprint, items }: { readonly sprint: Sprint; readonly items: readonly WorkItem[] },
    ctx: HandlerContext,
  ): Promise<SprintAnalyzedPayload> {
    const report = checked(() => analyseSprint(sprint, items));
    const fixed = sprintSummary(report);
    const facts = told(ctx, [fixed, ...report.risks.map((risk) => `Risk: ${risk.text}`)]);
    const worded = choose(await this.#writer.summariseSprint(ctx, facts), fixed, facts);
    const payload: SprintAnalyzedPayload = {
      reportId: ctx.workId,
      ...report,
      carryOver: [...report.carryOver],
      burndown: [...report.burndown],
      risks: [...report.risks],
      ...worded,
    };
    await this.#store.saveSprint(ctx, payload);
    return payload;
  }

  async failure(log: string, ctx: HandlerContext): Promise<Failure & Pick<Worded, "summary" | "wording">> {
    const failure = readFailure(log);
    const fixed = failureSummary(failure);
    const facts = told(ctx, [fixed, ...failure.evidence.map(({ line, text }) => `${line}: ${text}`)]);
    const words = await this.#writer.summariseFailure(ctx, facts);
    const claims = claimedSuccess(words.text, fixed);
    const { summary, wording } =
      claims.length === 0
        ? choose(words, fixed, facts)
        : {
            summary: fixed,
            wording: {
              by: "template" as const,
              reason: `the model's words tell of success: ${claims.join(", ")}`,
            },
          };
    return { ...failure, summary, wording };
  }

  /** @throws Problem 422 for a version that is none. */
  releaseNotes({ version, commits, date, initialDevelopment }: ReleaseAsked): Release {
    const present = parseVersion(version);
    if (present === undefined) {
      const message = `"${version.slice(0, 40)}" is no version by SemVer 2.0.0, such as 1.4.0`;
      throw invalid(`version: ${message}`, [{ path: "version", message }]);
    }
    const { kept, reverted } = withoutReverted(commits);
    const parsed = kept.map((message) => ({ message, commit: parseCommit(message) }));
    const conventional = parsed.flatMap(({ commit }) => commit ?? []);
    const asked = bumpOf(conventional);
    const bump = initialDevelopment ? initialBump(present, asked) : asked;
    const nextVersion = bumpVersion(present, bump);
    return {
      bump,
      nextVersion,
      notes: releaseNotes(nextVersion, date ?? this.#today(), conventional),
      unparsed: parsed.flatMap(({ message, commit }) =>
        commit === undefined ? [message.split("\n", 1)[0] ?? ""] : [],
      ),
      reverted: [...reverted],
    };
  }

  /** @throws Problem 422 for times that cannot be. */
  dora(
    period: { readonly start: string; readonly end: string },
    deployments: readonly Deployment[],
  ): DoraMetrics {
    return checked(() => doraMetrics(period, deployments));
  }
}

/** What a model is told: the lines, with blanks where they give it instructions. */
function told(ctx: HandlerContext, lines: readonly string[]): string {
  const facts = lines.join("\n");
  const orders = findInstructions(facts);
  for (const { said } of orders)
    ctx.log.warn("an instruction in the input is not told to the model", { said });
  return blankOut(facts, orders);
}

function checked<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SprintInvalid || error instanceof DeploymentInvalid)) throw error;
    throw invalid(`${error.path}: ${error.message}`, [{ path: error.path, message: error.message }]);
  }
}

function choose({ text, generatedBy, promptRef }: Words, fixed: string, given: string): Worded {
  const origin = { generatedBy, promptRef };
  const template = (reason: string): Worded => ({
    summary: fixed,
    wording: { by: "template", reason },
    ...origin,
  });
  if (isSampleText(text, generatedBy)) return template("the sample model has no words of its own");
  const invented = inventedOf(text, given);
  if (invented.length > 0)
    return template(`the model's words hold what it was not given: ${invented.join(", ")}`);
  return { summary: text.trim(), wording: { by: "model", reason: null }, ...origin };
}
