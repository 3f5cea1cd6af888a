import { once } from "node:events";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { ErrorCode } from "../../runtime/model/errors.ts";
import { AgentsError } from "../../runtime/model/errors.ts";
import type { Context } from "../context.ts";
import { promptPlace } from "./place.ts";

/** What is asked of the kit's prompt tool, and what it answers; it runs as a thread, as the CLI imports no part of an agent. */
export interface ToolCalls {
  list: { asked: { readonly asked: string | null }; answer: readonly PromptRow[] };
  show: { asked: { readonly asked: string }; answer: ShownPrompt };
  render: {
    asked: { readonly asked: string; readonly input: unknown; readonly example: number };
    answer: RenderedPrompt;
  };
  lint: { asked: { readonly update: boolean }; answer: LintAnswer };
  test: { asked: { readonly asked: string | null }; answer: readonly PromptTestResult[] };
}

export interface PromptRow {
  readonly agent: string;
  readonly name: string;
  readonly version: string | null;
  readonly frozen: boolean;
  readonly labels: readonly string[];
  readonly ref: string | null;
  readonly tests: number;
  readonly file: string;
  readonly problem: string | null;
}

export interface ShownPrompt {
  readonly agent: string;
  readonly ref: string;
  readonly sha256: string;
  readonly labels: readonly string[];
  readonly file: string;
  readonly text: string;
}

export interface RenderedPrompt {
  readonly ref: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
}

export interface LintAnswer {
  readonly files: number;
  readonly problems: readonly {
    readonly file: string;
    readonly line: number;
    readonly column: number;
    readonly message: string;
  }[];
  readonly lock: { readonly file: string; readonly state: "current" | "drifted" | "written" | "missing" };
}

export interface PromptTestResult {
  readonly agent: string;
  readonly prompt: string;
  readonly test: string;
  readonly file: string;
  readonly at: "passed" | "failed" | "skipped" | "error";
  readonly reason: string | null;
  readonly generatedBy: string | null;
  readonly ms: number;
}

type Answer<Value> =
  | { readonly at: "done"; readonly value: Value; readonly notes: readonly string[] }
  | { readonly at: "failed"; readonly code: ErrorCode; readonly message: string; readonly hint: string }
  /** A bug of ours, with its stack. */
  | { readonly at: "broken"; readonly stack: string };

/** Asks the kit's prompt tool, in a thread that ends with the answer. @throws AgentsError */
export async function promptTool<Op extends keyof ToolCalls>(
  context: Context,
  op: Op,
  asked: ToolCalls[Op]["asked"],
  llm: string = "sample",
): Promise<ToolCalls[Op]["answer"]> {
  const { root, folder, agents, env: told } = await promptPlace(context);
  const own = { AGENTS_CASSETTES_DIR: join(root, "cassettes"), ...process.env };
  const env = { ...own, ...told, AGENTS_LLM_MODE: llm };
  const worker = new Worker(new URL(import.meta.resolve("#prompts-worker")), {
    workerData: { root, folder, agents, op, ...asked },
    env,
  });
  try {
    const answer = await once(worker, "message").then(([one]: Answer<ToolCalls[Op]["answer"]>[]) => one);
    switch (answer?.at) {
      case "done":
        for (const note of answer.notes) context.out.note(note);
        return answer.value;
      case "failed":
        throw new AgentsError(answer.code, answer.message, { hint: answer.hint });
      case "broken":
      case undefined:
        throw Object.assign(new Error("the prompt tool failed"), { stack: answer?.stack });
      default:
        return answer satisfies never;
    }
  } finally {
    await worker.terminate();
  }
}
