import type { Analysis } from "../analysis.ts";
import { design } from "../design/design.ts";
import { type ApiCase, apiCases } from "./api-cases.ts";
import { rulesOf } from "./fields.ts";
import type { Judge } from "./judge.ts";
import { type Operation, readApi } from "./operation.ts";
import { Resolver } from "./resolver.ts";
import { SchemaReader } from "./schema.ts";
import { DocumentUnreadable } from "./unreadable.ts";

/** The tests of one operation. */
export interface OperationAnalysis extends Analysis {
  readonly title: string;
  readonly method: string;
  readonly path: string;
  readonly statuses: readonly string[];
  readonly apiCases: readonly ApiCase[];
  readonly gaps: readonly string[];
}

/** The tests of an API. */
export interface ApiAnalysis {
  readonly title: string;
  readonly version: string;
  readonly openapi: string;
  readonly operations: readonly OperationAnalysis[];
  /** What was left out of all operations, for people. */
  readonly notes: readonly string[];
}

const MAX_CASES = 20_000;
/** A specification is an event, and an event is no larger than a few megabytes. */
const MAX_SIZE = 1_500_000;

/**
 * Derives the tests of every operation of a document of OpenAPI 3.0 or 3.1: rules, classes and boundary values of its
 * parameters and its body, and a case for every documented status.
 *
 * @param judge of the schemas of this document
 * @param only ids of operations; empty for all
 * @throws DocumentUnreadable
 */
export function analyseApi(document: unknown, judge: Judge, only: readonly string[] = []): ApiAnalysis {
  const resolver = new Resolver(document);
  const reader = new SchemaReader(resolver);
  const { operations, notes, ...about } = readApi(document, only, { resolver, reader });
  const analysed: OperationAnalysis[] = [];
  let total = 0;
  for (const operation of operations) {
    const each = analyseOperation(operation, judge);
    total += each.cases.length + each.apiCases.length;
    // Said as soon as it is known: the rest would take its time for nothing.
    if (total > MAX_CASES)
      throw new DocumentUnreadable(
        "paths",
        `The first ${analysed.length + 1} of ${operations.length} operations lead to ${total} cases; ${MAX_CASES} are the most. Name some of them.`,
      );
    analysed.push(each);
  }
  const large = analysed.find((each) => JSON.stringify(each).length > MAX_SIZE);
  if (large !== undefined)
    throw new DocumentUnreadable(
      `paths.${large.path}.${large.method.toLowerCase()}`,
      `The operation leads to ${large.apiCases.length} requests, which are too large for one specification.`,
    );
  return { ...about, operations: analysed, notes: [...notes, ...reader.notes] };
}

function analyseOperation(operation: Operation, judge: Judge): OperationAnalysis {
  const { method, path, summary } = operation;
  const { rules, notes } = rulesOf(operation);
  const tests = design(
    operation.id,
    rules.map(({ rule }) => rule),
  );
  const { cases, gaps, notes: left } = apiCases(operation, rules, tests.cases, judge);
  const testable = rules.length > 0;
  const name = `${method} ${path}`;
  return {
    requirementId: operation.id,
    requirement:
      summary === "" ? `${name}.` : `${name}: ${summary.replaceAll(/\s+/gu, " ").trim().slice(0, 500)}`,
    title: name,
    testable,
    reason: testable ? null : "The operation has no input with a rule, so only its statuses are tested.",
    assumptions: [...notes, ...operation.notes, ...left],
    rules: rules.map(({ rule: { id, subject, field, strength, constraint } }) => ({
      id,
      subject,
      field,
      strength,
      constraint,
    })),
    ...tests,
    method,
    path,
    statuses: operation.statuses.map(({ key }) => key),
    apiCases: cases,
    gaps,
  };
}
