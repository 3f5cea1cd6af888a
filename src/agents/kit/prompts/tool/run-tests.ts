import { z } from "zod";
import type { Logger } from "../../log/logger.ts";
import { canonical } from "../../model/canonical.ts";
import type { ChatModel, GeneratedBy } from "../../model/chat-model.ts";
import { ModelUnavailable, OutputInvalid } from "../../model/chat-model.ts";
import { generate } from "../../model/generate.ts";
import { failsAssertion } from "../assertion.ts";
import { PromptInputInvalid } from "../prompt.ts";
import type { Prompt, PromptTest } from "../prompt.ts";
import type { GoodFile } from "./select.ts";

/** What became of one test. */
export interface TestResult {
  readonly agent: string;
  readonly prompt: string;
  readonly test: string;
  readonly file: string;
  /** `skipped`: what it says of values means nothing for the sample's made-up ones; its schema was checked. `error`: no answer. */
  readonly at: "passed" | "failed" | "skipped" | "error";
  readonly reason: string | null;
  readonly generatedBy: GeneratedBy | null;
  readonly ms: number;
}

/** Runs the tests of these files, one after the other: a model is asked one thing at a time. */
export async function runTests(
  files: readonly GoodFile[],
  modelOf: (agent: string) => ChatModel,
  log: Logger,
): Promise<readonly TestResult[]> {
  const results: TestResult[] = [];
  for (const { agent, prompt, file } of files) {
    for (const test of prompt.tests) {
      const began = performance.now();
      // oxlint-disable-next-line no-await-in-loop -- one thing at a time
      const outcome = await runTest(prompt, test, modelOf(agent), log);
      const ms = Math.round(performance.now() - began);
      results.push({ agent, prompt: prompt.ref, test: test.name, file, ...outcome, ms });
    }
  }
  return results;
}

type Outcome = Pick<TestResult, "at" | "reason" | "generatedBy">;

async function runTest(prompt: Prompt, test: PromptTest, model: ChatModel, log: Logger): Promise<Outcome> {
  const registry = { get: () => Promise.resolve(prompt), list: () => Promise.resolve([]) };
  const asking = { signal: new AbortController().signal, log, noteGeneration: () => undefined };
  const request = { prompt: prompt.name, input: test.input, output: z.unknown() };
  try {
    const { output, generatedBy } = await generate(model, registry, asking, request);
    if (generatedBy === "sample" && !hasExample(prompt, test) && test.assert.some(isOnValues))
      return { at: "skipped", reason: "the sample model makes values up; the schema fits", generatedBy };
    const reasons = test.assert.flatMap((assertion) => failsAssertion(assertion, output) ?? []);
    return {
      at: reasons.length === 0 ? "passed" : "failed",
      reason: reasons.join("; ") || null,
      generatedBy,
    };
  } catch (error) {
    if (error instanceof OutputInvalid) return { at: "failed", reason: error.message, generatedBy: null };
    if (error instanceof PromptInputInvalid) return { at: "error", reason: error.message, generatedBy: null };
    if (error instanceof ModelUnavailable)
      return { at: "error", reason: `${error.message} ${hintOf(error)}`, generatedBy: null };
    throw error;
  }
}

/** A run of the agents would record other requests than those of the tests. */
function hintOf({ reason, hint }: ModelUnavailable): string {
  return reason === "cassette-missing" ? "Record it with: agents prompts test --llm record" : hint;
}

function hasExample({ examples }: Prompt, { input }: PromptTest): boolean {
  return examples.some((example) => canonical(example.input) === canonical(input));
}

function isOnValues({ schema }: PromptTest["assert"][number]): boolean {
  return schema === undefined;
}
