import { z } from "zod";
import { technique } from "./words.ts";

const values = z.record(z.string(), z.json());

/** One request and the status that an OpenAPI document promises for it. */
const apiCase = z.object({
  id: z.string(),
  title: z.string(),
  status: z.string().nullable().describe("200, 4XX or default, as documented; null where none is promised"),
  request: z
    .object({ path: values, query: values, headers: values, cookies: values, body: z.json().optional() })
    .nullable()
    .describe("Long texts in it are written { $repeat, $times }. Null: none could be made from the document"),
  arrange: z.string().nullable().describe("What has to be so before"),
  caseId: z.string().nullable().describe("The case of a rule that it comes from"),
  technique,
});

/** What a spec of an operation of an OpenAPI document has beside its rules. */
export const operation = z.object({
  api: z.string(),
  version: z.string(),
  method: z.string(),
  path: z.string(),
  statuses: z.array(z.string()),
  cases: z.array(apiCase),
  gaps: z.array(z.string()),
});
