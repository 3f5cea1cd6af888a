import { notFound } from "agents-apphost/kit";
import type { Changed, Ranked, RankedInput } from "../domain/priority.ts";
import { prioritise } from "../domain/priority.ts";
import type { SpecGeneratedPayload } from "../events.ts";
import type { Specs } from "./ports.ts";

/** Tests of one's own, and the cases of specifications, with what is known of their runs. */
export interface PrioritiseTests {
  readonly tests: readonly RankedInput[];
  readonly specIds: readonly string[];
  readonly changed: Changed;
  readonly budgetMs: number | null;
}

/** Says in which order to run tests, and why. */
export class PrioritiseTestsHandler {
  readonly #specs: Specs;

  constructor(specs: Specs) {
    this.#specs = specs;
  }

  /** @throws Problem 404 for a specification that is not there. */
  async handle({ tests, specIds, changed, budgetMs }: PrioritiseTests): Promise<Ranked[]> {
    const own = new Map(tests.map((test) => [test.id, test]));
    for (const specId of specIds) {
      const found = await this.#specs.find(specId);
      if (found === null) throw notFound(`There is no test specification ${specId}.`);
      for (const test of casesOf(found.spec)) own.set(test.id, combined(test, own.get(test.id)));
    }
    return prioritise([...own.values()], changed, budgetMs);
  }
}

function casesOf({ cases, rules }: SpecGeneratedPayload): RankedInput[] {
  return cases.map(({ id, requirementId, ruleId, technique }) => ({
    id,
    requirementIds: [requirementId],
    files: [],
    strength: rules.find((rule) => rule.id === ruleId)?.strength ?? null,
    technique,
    durationMs: null,
    runs: 0,
    failures: 0,
    lastFailed: false,
  }));
}

/** What a caller knows of the runs of a case, with what the specification says of it. */
function combined(test: RankedInput, known: RankedInput | undefined): RankedInput {
  if (known === undefined) return test;
  const requirementIds = [...new Set([...test.requirementIds, ...known.requirementIds])];
  return {
    ...known,
    requirementIds,
    strength: known.strength ?? test.strength,
    technique: known.technique ?? test.technique,
  };
}
