import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { analyseApi as analyse } from "../../../../../src/agents/testplanning/domain/openapi/analyse-api.ts";
import { judgeOf } from "../../../../../src/agents/testplanning/infrastructure/schema-judge.ts";
import type {
  ApiAnalysis,
  OperationAnalysis,
} from "../../../../../src/agents/testplanning/domain/openapi/analyse-api.ts";

/** A document of OpenAPI 3.0 that uses most of it. */
export const library: unknown = parse(readFileSync(join(import.meta.dirname, "library.yaml"), "utf8"));

export function operation(api: ApiAnalysis, id: string): OperationAnalysis {
  const found = api.operations.find(({ requirementId }) => requirementId === id);
  if (found === undefined) throw new Error(`no operation ${id}`);
  return found;
}

/** The smallest document with one operation. */
export function one(of: {
  parameters?: unknown[];
  body?: unknown;
  responses?: unknown;
  openapi?: string;
}): unknown {
  const content = { "application/json": { schema: of.body } };
  const post = {
    operationId: "op",
    parameters: of.parameters ?? [],
    ...(of.body === undefined ? {} : { requestBody: { required: true, content } }),
    responses: of.responses ?? { "200": { description: "" }, "422": { description: "" } },
  };
  return { openapi: of.openapi ?? "3.1.0", info: { title: "One", version: "1" }, paths: { "/op": { post } } };
}

/** A document, analysed as the agent does it. */
export const analyseApi = async (document: unknown, ids: readonly string[] = []): Promise<ApiAnalysis> =>
  analyse(document, await judgeOf(document), ids);

/** The only operation of a document, analysed. */
export const only = async (of: Parameters<typeof one>[0]): Promise<OperationAnalysis> =>
  operation(await analyseApi(one(of)), "op");
