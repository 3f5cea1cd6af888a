import { command, invalid, notFound, on, query } from "agents-apphost/kit";
import type { CommandRoute, EventSubscription, QueryRoute } from "agents-apphost/kit";
import { codeGenerated } from "../../implementation/events.ts";
import type { AnalyzeCoverageHandler } from "../application/analyze-coverage.ts";
import type { CreateStrategyHandler } from "../application/create-strategy.ts";
import type { ApiSpecs, GenerateApiSpecsHandler } from "../application/generate-api-specs.ts";
import type { GenerateTestSpecHandler } from "../application/generate-test-spec.ts";
import type { Coverages, Specs } from "../application/ports.ts";
import type { Traceability } from "../application/traceability.ts";
import type { TraceGeneratedCode } from "../application/trace-generated-code.ts";
import { ReportUnreadable } from "../domain/coverage/totals.ts";
import { DocumentUnreadable } from "../domain/openapi/unreadable.ts";
import { featureOf } from "../domain/gherkin/spec-feature.ts";
import { toView } from "./approval-routes.ts";
import {
  apiInput,
  apiView,
  coverageInput,
  coverageView,
  gapPage,
  generateInput,
  getInput,
  gherkinView,
  listInput,
  matrixInput,
  matrixPage,
  specPage,
  specView,
  storedSpecView,
  strategyInput,
  strategyView,
} from "./schemas.ts";

/** The commands of the agent. */
export interface Handlers {
  readonly generate: GenerateTestSpecHandler;
  readonly api: GenerateApiSpecsHandler;
  readonly strategy: CreateStrategyHandler;
  readonly coverage: AnalyzeCoverageHandler;
}

export function commandRoutes({ generate, api, strategy, coverage }: Handlers): readonly CommandRoute[] {
  return [
    command({
      name: "GenerateTestSpec",
      path: "/execute",
      description: "Derives equivalence classes, boundary values and test cases from a requirement.",
      input: generateInput,
      output: specView.omit({ generatedBy: true }),
      handler: (input, ctx) => generate.handle(input, ctx),
    }),
    command({
      name: "GenerateApiSpecs",
      path: "/openapi",
      description: "One specification for each operation of an OpenAPI document: every status, every bound.",
      input: apiInput,
      output: apiView,
      handler: async (input, ctx) => {
        try {
          return toApiView(await api.handle(input, ctx));
        } catch (error) {
          if (!(error instanceof DocumentUnreadable)) throw error;
          throw invalid("The OpenAPI document cannot be read.", [
            { path: `document: ${error.path}`, message: error.message },
          ]);
        }
      },
    }),
    command({
      name: "CreateStrategy",
      path: "/strategies",
      description: "Says for a set of requirements what to test, how, and in which order.",
      input: strategyInput,
      output: strategyView.omit({ generatedBy: true }),
      handler: (input, ctx) => strategy.handle(input, ctx),
    }),
    command({
      name: "AnalyzeCoverage",
      path: "/coverage",
      description:
        "Computes the totals of a coverage report anew and the coverage of requirements by their files.",
      input: coverageInput,
      output: coverageView,
      handler: async ({ report, ...input }, ctx) => {
        const text = typeof report === "string" ? report : JSON.stringify(report);
        try {
          return await coverage.handle({ ...input, report: text }, ctx);
        } catch (error) {
          if (!(error instanceof ReportUnreadable)) throw error;
          throw invalid("The coverage report cannot be read.", [
            { path: `report: ${error.path}`, message: error.message },
          ]);
        }
      },
    }),
  ];
}

export function queryRoutes(
  specs: Specs,
  coverages: Coverages,
  traceability: Traceability,
): readonly QueryRoute[] {
  return [
    query({
      name: "GetTraceabilityMatrix",
      path: "/traceability",
      description:
        "Requirements with their cases and which of them generated tests run, the newest first. A page may be short: of a requirement that was analysed again only the newest specification is shown.",
      input: matrixInput,
      output: matrixPage,
      handler: async (filter) => {
        const { items, next } = await traceability.matrix(filter);
        return {
          items: items.map((each) => ({ ...each, cases: [...each.cases], gaps: [...each.gaps] })),
          next,
        };
      },
    }),
    query({
      name: "ListGaps",
      path: "/gaps",
      description:
        "Requirements of which something is not tested, or cannot be, the newest first. A page may be short: it is cut before those that lack nothing are left out.",
      input: matrixInput,
      output: gapPage,
      handler: async (filter) => {
        const { items, next } = await traceability.matrix(filter);
        const withGaps = items.filter(({ gaps }) => gaps.length > 0);
        return {
          items: withGaps.map(({ requirementId, specId, gaps }) => ({
            requirementId,
            specId,
            gaps: [...gaps],
          })),
          next,
        };
      },
    }),
    query({
      name: "GetSpec",
      path: "/specs/{specId}",
      description: "One test specification, and who has approved it.",
      input: getInput,
      output: storedSpecView,
      handler: async ({ specId }, ctx) => {
        const found = await specs.find(specId);
        if (found === null) throw notFound(`There is no test specification ${specId}.`);
        return toView(found, ctx);
      },
    }),
    query({
      name: "GetGherkin",
      path: "/specs/{specId}/gherkin",
      description: "One test specification as a Gherkin feature.",
      input: getInput,
      output: gherkinView,
      handler: async ({ specId }) => {
        const found = await specs.find(specId);
        if (found === null) throw notFound(`There is no test specification ${specId}.`);
        return { specId, gherkin: featureOf(found.spec) };
      },
    }),
    query({
      name: "GetTraceability",
      path: "/specs/{specId}/coverage",
      description: "Which cases of a specification the generated tests run.",
      input: getInput,
      output: coverageView,
      handler: async ({ specId }) => {
        const found = await coverages.latest(specId);
        if (found === null)
          throw notFound(`No generated tests are known for the test specification ${specId}.`);
        return found;
      },
    }),
    query({
      name: "ListSpecs",
      path: "/specs",
      description: "Test specifications, the newest first, in pages.",
      input: listInput,
      output: specPage,
      handler: async ({ approved, ...page }) => {
        const { items, next } = await specs.list({
          ...page,
          approved: approved === undefined ? undefined : approved === "true",
        });
        const rows = items.map(({ approvedBy, ...row }) => ({
          ...row,
          approved: approvedBy.length > 0,
          approvedBy: [...approvedBy],
        }));
        return { items: rows, next };
      },
    }),
  ];
}

export function subscriptions(tracing: TraceGeneratedCode): readonly EventSubscription[] {
  return [on(codeGenerated, { handler: (event, ctx) => tracing.handle(event.data.payload, ctx) })];
}

function toApiView({ specs, gaps, notes, ...about }: ApiSpecs) {
  const rows = specs.flatMap(({ operation, boundaryValues, cases, specId, requirementId, testable }) =>
    operation === undefined
      ? []
      : [
          {
            specId,
            requirementId,
            testable,
            method: operation.method,
            path: operation.path,
            statuses: operation.statuses,
            boundaryValues: boundaryValues.length,
            cases: cases.length,
            requests: operation.cases.length,
          },
        ],
  );
  const sum = (count: (row: (typeof rows)[number]) => number) =>
    rows.reduce((total, row) => total + count(row), 0);
  const totals = {
    operations: rows.length,
    statuses: sum(({ statuses }) => statuses.length),
    cases: sum(({ cases }) => cases),
    requests: sum(({ requests }) => requests),
  };
  return { ...about, specs: rows, totals, gaps: [...gaps], notes: [...notes] };
}
