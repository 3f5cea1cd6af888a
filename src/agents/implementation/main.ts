import { runAgent } from "agents-apphost/kit";
import type { AgentKit, AgentParts } from "agents-apphost/kit";
import { ApplyRefactoring } from "./application/apply-refactoring.ts";
import { GenerateCode } from "./application/generate-code.ts";
import { ProposeRefactor } from "./application/propose-refactor.ts";
import { ReviewCode } from "./application/review-code.ts";
import { events } from "./events.ts";
import { matcherWithLimit } from "./infrastructure/pattern-matcher.ts";
import { PromptWriter } from "./infrastructure/prompt-writer.ts";
import { readLanguage } from "./infrastructure/settings.ts";
import { StateArtefacts } from "./infrastructure/state-artefacts.ts";
import { StateRefactorings } from "./infrastructure/state-refactorings.ts";
import { StateReviews } from "./infrastructure/state-reviews.ts";
import { commandRoutes, queryRoutes, subscriptions } from "./presentation/routes.ts";
import type { UseCases } from "./presentation/routes.ts";

await runAgent({
  name: "implementation",
  description:
    "Generates code with its tests from test specifications, reviews diffs and suggests refactorings.",
  publishes: events,
  compose,
});

function compose(kit: AgentKit): AgentParts {
  const language = readLanguage(kit.env);
  const artefacts = new StateArtefacts(kit);
  const writer = new PromptWriter(kit);
  const refactorings = new StateRefactorings(kit);
  const reviews = new StateReviews(kit);
  const use: UseCases = {
    generateCode: new GenerateCode(artefacts, writer, matcherWithLimit),
    reviewCode: new ReviewCode(writer, reviews),
    proposeRefactor: new ProposeRefactor(writer, refactorings, artefacts),
    applyRefactoring: new ApplyRefactoring(refactorings),
    refactorings,
    artefacts,
    reviews,
    language,
  };
  return {
    commands: commandRoutes(use),
    queries: queryRoutes(use),
    subscriptions: subscriptions(use),
    health: () => ({ language }),
  };
}
