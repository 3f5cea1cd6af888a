import type { Generated, GenerateRequest } from "../agent.ts";
import type { HandlerContext } from "../handling/context.ts";
import type { Prompt, PromptRegistry } from "../prompts/prompt.ts";
import { promptAttributes } from "../telemetry/prompt-attributes.ts";
import { NO_TELEMETRY } from "../telemetry/telemetry.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { canonical } from "./canonical.ts";
import type { ChatMessage, ChatModel, ChatRequest, ChatResponse, OutputIssue } from "./chat-model.ts";
import { OutputInvalid } from "./chat-model.ts";
import { extractJson } from "./extract-json.ts";

/** What an answer is asked in: a handler's context, or a test. */
export type Asking = Pick<HandlerContext, "signal" | "log" | "noteGeneration">;

/** Renders a prompt, asks the model, checks the answer; asks once more, with what was wrong, when it does not fit. */
export async function generate<Output>(
  model: ChatModel,
  prompts: PromptRegistry,
  ctx: Asking,
  { prompt: name, input, output }: GenerateRequest<Output>,
  telemetry: Telemetry = NO_TELEMETRY,
): Promise<Generated<Output>> {
  const prompt = await loadPrompt(prompts, name, telemetry);
  telemetry.note(promptAttributes(prompt.ref));
  const request = toRequest(prompt, input);
  const options = { signal: ctx.signal };
  const first = await model.generate(request, options);
  let read = readOutput(prompt, output, first);
  let raw = first.text;
  let generatedBy = first.generatedBy;
  if (read.at === "invalid") {
    ctx.log.debug("the model's output does not fit, asking once more", { prompt: prompt.ref });
    const again = { ...request, messages: [...request.messages, ...repair(first.text, read.issues)] };
    const second = await model.generate(again, options);
    read = readOutput(prompt, output, second);
    raw = second.text;
    generatedBy = second.generatedBy;
  }
  if (read.at === "invalid") throw new OutputInvalid(prompt.ref, raw, read.issues);
  ctx.noteGeneration(generatedBy, prompt.ref);
  telemetry.note({ "agents.llm.generated_by": generatedBy });
  return { output: read.output, generatedBy, promptRef: prompt.ref };
}

async function loadPrompt(prompts: PromptRegistry, name: string, telemetry: Telemetry): Promise<Prompt> {
  const start = {
    name: `load prompt ${name}`,
    kind: "internal",
    attributes: { "gen_ai.prompt.name": name },
  } as const;
  return await telemetry.trace(
    () => start,
    async (span) => {
      const prompt = await prompts.get(name);
      span.set(promptAttributes(prompt.ref));
      return prompt;
    },
  );
}

function toRequest(prompt: Prompt, input: Readonly<Record<string, unknown>>): ChatRequest {
  const { temperature, maxOutputTokens, seed } = prompt.model.options;
  const key = canonical(input);
  const example = prompt.examples.find((candidate) => canonical(candidate.input) === key);
  return {
    messages: prompt.render(input),
    promptRef: prompt.ref,
    overrides: prompt.model.overrides,
    ...(prompt.output === null ? {} : { outputSchema: prompt.output }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(seed === undefined ? {} : { seed }),
    ...(prompt.cacheSeconds === null ? {} : { cacheSeconds: prompt.cacheSeconds }),
    ...(example === undefined ? {} : { exampleOutput: example.output }),
  };
}

type Read<Output> =
  | { readonly at: "valid"; readonly output: Output }
  | { readonly at: "invalid"; readonly issues: readonly OutputIssue[] };

function readOutput<Output>(
  prompt: Prompt,
  output: GenerateRequest<Output>["output"],
  { text, finishReason }: ChatResponse,
): Read<Output> {
  const json = prompt.output === null ? { value: text } : extractJson(text);
  if (json === null) {
    const message = finishReason === "length" ? "is JSON that was cut off" : "is not JSON";
    return { at: "invalid", issues: [{ path: "", message }] };
  }
  const issues = prompt.check(json.value);
  if (issues.length > 0) return { at: "invalid", issues };
  const typed = output.safeParse(json.value);
  if (typed.success) return { at: "valid", output: typed.data };
  return {
    at: "invalid",
    issues: typed.error.issues.map((issue) => ({ path: pointer(issue.path), message: issue.message })),
  };
}

function repair(text: string, issues: readonly OutputIssue[]): readonly ChatMessage[] {
  const list = issues.map(({ path, message }) => `- ${path === "" ? "the whole answer" : path} ${message}`);
  return [
    { role: "assistant", content: text },
    {
      role: "user",
      content: `Your answer does not fit:\n${list.join("\n")}\nSend the corrected JSON alone, complete.`,
    },
  ];
}

function pointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part)}`).join("");
}
