import { parentPort, workerData } from "node:worker_threads";
import { createLogger } from "../../log/logger.ts";
import { selectModel } from "../../model/select-model.ts";
import { StartError } from "../../process/start-error.ts";
import { trusted } from "../../process/trusted.ts";
import { PromptInputInvalid } from "../prompt.ts";
import { inventory } from "../read-files.ts";
import { lint } from "./lint.ts";
import { openFiles } from "./open-files.ts";
import type { OpenedFiles, ToolPlace } from "./open-files.ts";
import { runTests } from "./run-tests.ts";
import { selectFiles, selectOne } from "./select.ts";
import type { GoodFile } from "./select.ts";
import { ToolError } from "./tool-error.ts";

/** What `agents prompts` asks for; it runs this as a thread, as the command line imports no part of an agent. */
type Request = ToolPlace &
  (
    | { readonly op: "list"; readonly asked: string | null }
    | { readonly op: "show"; readonly asked: string }
    /** Values, else the example of this number, from 1. */
    | {
        readonly op: "render";
        readonly asked: string;
        readonly input: Readonly<Record<string, unknown>> | null;
        readonly example: number;
      }
    | { readonly op: "lint"; readonly update: boolean }
    | { readonly op: "test"; readonly asked: string | null }
  );

const request = trusted<Request>(workerData); // given by the command line
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of worker_threads has no origin
parentPort?.postMessage(await answer());

async function answer(): Promise<unknown> {
  try {
    const opened = await openFiles(request, { ...process.env });
    return { at: "done", value: await run(opened), notes: opened.notes };
  } catch (error) {
    if (error instanceof ToolError)
      return { at: "failed", code: error.code, message: error.message, hint: error.hint };
    if (error instanceof StartError)
      return {
        at: "failed",
        code: error.code ?? "AGENTS_USAGE",
        message: `${error.message}.`,
        hint: error.hint,
      };
    return { at: "broken", stack: error instanceof Error ? String(error.stack) : String(error) };
  }
}

async function run({ folder, nameFile, writable, source }: OpenedFiles): Promise<unknown> {
  const files = await inventory(nameFile, folder);
  switch (request.op) {
    case "list":
      return selectFiles(files, request.asked).map(({ agent, name, file, frozen, prompt, problem }) => ({
        agent,
        name,
        version: prompt?.version ?? null,
        frozen,
        labels: prompt?.labels ?? [],
        ref: prompt?.ref ?? null,
        description: prompt?.description ?? null,
        tests: prompt?.tests.length ?? 0,
        file,
        problem,
      }));
    case "show": {
      const { agent, file, text, sha256, prompt } = selectOne(files, request.asked);
      const { name, version, ref, description, labels, model, input, output, examples, tests } = prompt;
      return {
        agent,
        name,
        version,
        ref,
        sha256,
        description,
        labels,
        file,
        model,
        input,
        output,
        examples,
        tests,
        text,
      };
    }
    case "render":
      return render(selectOne(files, request.asked), request.input, request.example);
    case "lint":
      if (request.update && !writable)
        throw new ToolError(
          "AGENTS_USAGE",
          `The prompts come from ${source}, whose lock is not written here.`,
          "Run agents prompts lint --update in that repository.",
        );
      return await lint(folder, nameFile, files, request.update);
    case "test": {
      const chosen = selectFiles(files, request.asked);
      const broken = chosen.find(({ problem }) => problem !== null);
      if (broken?.problem)
        throw new ToolError(
          "AGENTS_PROMPT_INVALID",
          broken.problem,
          "Correct the file; agents prompts lint shows all.",
        );
      const log = createLogger((line) => void process.stderr.write(line), "warn");
      const env = (agent: string) => ({ ...process.env, ...request.agents[agent] });
      const good = chosen.filter((file): file is GoodFile => file.prompt !== null);
      return await runTests(
        good,
        (agent) => selectModel({ agent, env: env(agent), production: false, log }),
        log,
      );
    }
    default:
      return request satisfies never;
  }
}

function render(
  { prompt }: GoodFile,
  given: Readonly<Record<string, unknown>> | null,
  example: number,
): unknown {
  const input = given ?? prompt.examples[example - 1]?.input;
  if (input === undefined)
    throw new ToolError(
      "AGENTS_USAGE",
      prompt.examples.length === 0
        ? `${prompt.ref} has no examples, and no values were given.`
        : `${prompt.ref} has no example ${example}: it has ${prompt.examples.length}.`,
      "Give values: --data '{…}', --data @file.json or --data -.",
    );
  try {
    return { ref: prompt.ref, input, messages: prompt.render(input) };
  } catch (error) {
    if (!(error instanceof PromptInputInvalid)) throw error;
    throw new ToolError(
      "AGENTS_USAGE",
      error.message,
      "agents prompts show prints what the values must be.",
      error,
    );
  }
}
