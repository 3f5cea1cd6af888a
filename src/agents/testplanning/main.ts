import { runAgent } from "agents-apphost/kit";
import type { AgentKit, AgentParts } from "agents-apphost/kit";
import { AnalyzeCoverageHandler } from "./application/analyze-coverage.ts";
import { ApproveSpecHandler } from "./application/approve-spec.ts";
import { CreateStrategyHandler } from "./application/create-strategy.ts";
import { GenerateApiSpecsHandler } from "./application/generate-api-specs.ts";
import { GenerateTestSpecHandler } from "./application/generate-test-spec.ts";
import { PrioritiseTestsHandler } from "./application/prioritise-tests.ts";
import { Traceability } from "./application/traceability.ts";
import { TraceGeneratedCode } from "./application/trace-generated-code.ts";
import { events } from "./events.ts";
import { PromptWriter } from "./infrastructure/prompt-writer.ts";
import { readDocument } from "./infrastructure/read-document.ts";
import { readXml } from "./infrastructure/read-xml.ts";
import { judgeOf } from "./infrastructure/schema-judge.ts";
import { approvals, SqlApprovals } from "./infrastructure/sql-approvals.ts";
import { SqlCoverages, SqlStrategies } from "./infrastructure/sql-results.ts";
import { SqlSpecs } from "./infrastructure/sql-specs.ts";
import { migrations } from "./infrastructure/tables.ts";
import type { TestPlanningTables } from "./infrastructure/tables.ts";
import { approvalRoutes } from "./presentation/approval-routes.ts";
import { calculationRoutes } from "./presentation/calculation-routes.ts";
import { commandRoutes, queryRoutes, subscriptions } from "./presentation/routes.ts";

await runAgent<TestPlanningTables>({
  name: "testplanning",
  description: "Derives test cases from requirements and measures how far tests cover them.",
  publishes: events,
  migrations,
  projections: [approvals],
  compose,
});

function compose(kit: AgentKit<TestPlanningTables>): AgentParts {
  const [specs, strategies, coverages] = [new SqlSpecs(kit), new SqlStrategies(kit), new SqlCoverages(kit)];
  const writer = new PromptWriter(kit);
  const handlers = {
    generate: new GenerateTestSpecHandler(specs, writer),
    api: new GenerateApiSpecsHandler(specs, readDocument, judgeOf),
    strategy: new CreateStrategyHandler(strategies, writer),
    coverage: new AnalyzeCoverageHandler(coverages, readXml),
    priorities: new PrioritiseTestsHandler(specs),
  };
  const approving = new ApproveSpecHandler(specs, new SqlApprovals(kit));
  return {
    commands: [
      ...commandRoutes(handlers),
      ...approvalRoutes(approving),
      ...calculationRoutes(handlers.priorities),
    ],
    queries: queryRoutes(specs, coverages, new Traceability(specs, coverages)),
    subscriptions: subscriptions(new TraceGeneratedCode(specs, coverages)),
  };
}
