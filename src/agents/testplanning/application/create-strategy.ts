import type { HandlerContext } from "agents-apphost/kit";
import { analyse } from "../domain/analysis.ts";
import { withoutInstructions } from "../domain/instructions.ts";
import { plan } from "../domain/strategy.ts";
import type { Strategy } from "../domain/strategy.ts";
import { summaryOf, summaryObjection } from "../domain/strategy-wording.ts";
import type { StrategyCreatedPayload } from "../events.ts";
import type { GenerateTestSpec } from "./generate-test-spec.ts";
import type { Strategies, Writer } from "./ports.ts";
import { requirementIdOf } from "./requirement-id.ts";
import { choose } from "./word.ts";

/** Requirements that are to be tested together. */
export interface CreateStrategy {
  readonly name: string;
  readonly requirements: readonly GenerateTestSpec[];
}

/** Says for a set of requirements what to test, how, and in which order. */
export class CreateStrategyHandler {
  readonly #strategies: Strategies;
  readonly #writer: Writer;

  constructor(strategies: Strategies, writer: Writer) {
    this.#strategies = strategies;
    this.#writer = writer;
  }

  async handle({ name, requirements }: CreateStrategy, ctx: HandlerContext): Promise<StrategyCreatedPayload> {
    const strategy = plan(
      requirements.map(({ requirement, requirementId }) =>
        analyse(requirementId ?? requirementIdOf(requirement), requirement),
      ),
    );
    const draft = summaryOf(strategy);
    const words = await this.#writer.wordStrategy(ctx, { name, draft, items: strategy.items.map(line) });
    const { text: summary, wording } = choose(words, draft, (text) => summaryObjection(text, name, strategy));
    const { generatedBy, promptRef } = words;
    const items = strategy.items.map((item) => ({ ...item, techniques: [...item.techniques] }));
    const payload = {
      strategyId: ctx.workId,
      name,
      summary,
      wording,
      items,
      totals: strategy.totals,
      generatedBy,
      promptRef,
    };
    await this.#strategies.publish(ctx, payload);
    return payload;
  }
}

function line({
  requirement,
  testable,
  priority,
  cases,
  techniques,
  reason,
}: Strategy["items"][number]): string {
  // What gives orders to a model is not read to one.
  const told = withoutInstructions(requirement);
  return testable
    ? `${told} (${priority} priority, ${cases} cases, ${techniques.join(", ")})`
    : `${told} (not testable: ${reason})`;
}
