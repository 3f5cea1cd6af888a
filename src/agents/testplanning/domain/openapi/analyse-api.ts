import type { Analysis } from "../analysis.ts";
import { design } from "../design/design.ts";
import { type ApiCase, apiCases } from "./api-cases.ts";
import { rulesOf } from "./fields.ts";
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
 * @param only ids of operations; empty for all
 * @throws DocumentUnreadable
 */
export function analyseApi(document: unknown, only: readonly string[] = []): ApiAnalysis {
  const resolver = new Resolver(document);
  const reader = new SchemaReader(resolver);
  const { operations, notes, ...about } = readApi(document, resolver, reader);
  const unknown = only.find((id) => operations.every((each) => each.id !== id));
  if (unknown !== undefined)
    throw new DocumentUnreadable("operations", `The document has no operation with the id ${unknown}.`);
  const wanted = only.length === 0 ? operations : operations.filter(({ id }) => only.includes(id));
  const analysed = wanted.map(analyseOperation);
  const total = analysed.reduce((sum, each) => sum + each.cases.length + each.apiCases.length, 0);
  if (total > MAX_CASES)
    throw new DocumentUnreadable(
      "paths",
      `The document leads to ${total} cases; ${MAX_CASES} are the most. Name some of its operations.`,
    );
  const large = analysed.find((each) => JSON.stringify(each).length > MAX_SIZE);
  if (large !== undefined)
    throw new DocumentUnreadable(
      `paths.${large.path}.${large.method.toLowerCase()}`,
      `The operation leads to ${large.apiCases.length} requests, which are too large for one specification.`,
    );
  return { ...about, operations: analysed, notes: [...notes, ...reader.notes] };
}

function analyseOperation(operation: Operation): OperationAnalysis {
  const { method, path, summary } = operation;
  const { rules, notes } = rulesOf(operation);
  const tests = design(
    operation.id,
    rules.map(({ rule }) => rule),
  );
  const { cases, gaps } = apiCases(operation, rules, tests.cases);
  const testable = rules.length > 0;
  const name = `${method} ${path}`;
  return {
    requirementId: operation.id,
    requirement:
      summary === "" ? `${name}.` : `${name}: ${summary.replaceAll(/\s+/gu, " ").trim().slice(0, 500)}`,
    title: name,
    testable,
    reason: testable ? null : "The operation has no input with a rule, so only its statuses are tested.",
    assumptions: [...notes, ...operation.notes],
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
