import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { AgentsError } from "../../runtime/model/errors.ts";
import type { Context } from "../context.ts";
import { parseData, readData } from "../events/data.ts";
import { plainReason } from "../plain-reason.ts";
import { junit } from "../prompts/junit.ts";
import { promptTool } from "../prompts/tool.ts";
import type { PromptTestResult } from "../prompts/tool.ts";
import { table } from "../render/table.ts";
import { counted } from "../render/units.ts";
import { choice } from "../up-options.ts";

const NO_PROMPTS = "no prompts: there is no prompts/<agent>/<name>.yaml";

/** `agents prompts list`: every prompt file of every agent. */
export async function listPrompts(context: Context, asked: string | undefined): Promise<void> {
  const { out } = context;
  const rows = await promptTool(context, "list", { asked: asked ?? null });
  if (out.json) return out.document(rows);
  if (rows.length === 0) return out.note(NO_PROMPTS);
  const { style } = out;
  const cells = rows.map(({ agent, name, version, labels, tests, file, problem }) => [
    { text: agent, paint: style.name },
    { text: name },
    problem === null ? { text: version ?? "" } : { text: "broken", paint: style.bad },
    { text: labels.join(", ") },
    { text: String(tests) },
    { text: problem ?? file, paint: problem === null ? style.dim : style.bad },
  ]);
  const titles = ["AGENT", "PROMPT", "VERSION", "LABELS", "TESTS", "FILE"];
  const columns = titles.map((title) => ({
    title,
    align: title === "TESTS" ? ("right" as const) : ("left" as const),
  }));
  for (const line of table(columns, cells, out.columns, style.dim)) out.line(line);
}

/** `agents prompts show`: the file of one prompt. */
export async function showPrompt(context: Context, asked: string): Promise<void> {
  const { out } = context;
  const prompt = await promptTool(context, "show", { asked });
  if (out.json) return out.document(prompt);
  const labels = prompt.labels.length === 0 ? "" : `  ${prompt.labels.join(", ")}`;
  out.line(out.style.dim(`# ${prompt.agent}/${prompt.ref}${labels}  ${prompt.file}`));
  out.line(prompt.text.trimEnd());
}

export interface RawRenderOptions {
  readonly data?: string;
  readonly example?: string;
}

/** `agents prompts render`: the messages that a model would be sent. */
export async function renderPrompt(
  context: Context,
  asked: string,
  options: RawRenderOptions,
): Promise<void> {
  const { out, place } = context;
  const input = options.data === undefined ? null : await readValues(options.data, place.cwd);
  const example = Number(options.example ?? 1);
  if (!Number.isInteger(example) || example < 1)
    throw usage("--example", "the number of an example, from 1", JSON.stringify(options.example));
  const rendered = await promptTool(context, "render", { asked, input, example });
  if (out.json) return out.document(rendered);
  for (const { role, content } of rendered.messages) out.line(`${out.style.bold(role)}\n${content}\n`);
}

async function readValues(data: string, cwd: string): Promise<object> {
  const values = parseData(await readData(data, cwd));
  if (typeof values === "object" && values !== null && !Array.isArray(values)) return values;
  throw usage("--data", "a JSON object", JSON.stringify(values));
}

/** `agents prompts lint`: what is wrong with the files and their lock. Ends with 1 where something is. */
export async function lintPrompts(context: Context, options: { readonly update?: boolean }): Promise<void> {
  const { out } = context;
  const result = await promptTool(context, "lint", { update: options.update === true });
  const { files, problems, lock } = result;
  if (problems.length > 0) process.exitCode = 1;
  if (out.json) return out.document(result);
  for (const { file, line, column, message } of problems) out.line(`${file}:${line}:${column}: ${message}`);
  if (lock.state === "written") out.line(`wrote ${lock.file}`);
  if (files === 0) out.note(NO_PROMPTS);
  else if (lock.state === "missing")
    out.note(
      `there is no ${lock.file}: agents prompts lint --update writes it, and lint then reports a version whose content changes`,
    );
  out.line(`${counted(files, "file")}, ${counted(problems.length, "problem")}`);
}

export interface RawTestOptions {
  readonly llm?: string;
  readonly junit?: string;
}

const MODES = ["sample", "replay", "record", "live"] as const;

/** `agents prompts test`: runs what the files expect of a model. Ends with 1 where that is not so. */
export async function testPrompts(
  context: Context,
  asked: string | undefined,
  options: RawTestOptions,
): Promise<void> {
  const { out, place } = context;
  const llm = options.llm === undefined ? "sample" : choice("prompts test", "--llm", options.llm, MODES);
  const results = await promptTool(context, "test", { asked: asked ?? null }, llm);
  if (options.junit !== undefined) writeReport(resolve(place.cwd, options.junit), junit(results));
  if (results.some(({ at }) => at === "failed" || at === "error")) process.exitCode = 1;
  if (out.json) return out.document({ llm, results });
  if (results.length === 0)
    return out.note("no tests: a prompt file has them under tests, each with name, input and assert");
  printResults(context, results);
  const of = (at: PromptTestResult["at"]): number => results.filter((result) => result.at === at).length;
  const parts = [
    `${of("passed")} passed`,
    `${of("failed") + of("error")} failed`,
    `${of("skipped")} skipped`,
  ];
  out.line(`${parts.join(", ")} on ${llm}`);
}

function printResults({ out }: Context, results: readonly PromptTestResult[]): void {
  const { style } = out;
  const paints = { passed: style.good, failed: style.bad, error: style.bad, skipped: style.dim };
  const cells = results.map(({ agent, prompt, test, at, reason, ms }) => [
    { text: at, paint: paints[at] },
    { text: `${agent}/${prompt.replace(/\+.*/, "")}`, paint: style.name },
    { text: test },
    { text: `${ms} ms` },
    { text: reason ?? "", paint: style.dim },
  ]);
  const titles = ["RESULT", "PROMPT", "TEST", "TIME", "REASON"];
  const columns = titles.map((title) => ({
    title,
    align: title === "TIME" ? ("right" as const) : ("left" as const),
  }));
  for (const line of table(columns, cells, out.columns, style.dim)) out.line(line);
}

function writeReport(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (cause) {
    throw new AgentsError("AGENTS_FILES_UNWRITABLE", `${file} cannot be written: ${plainReason(cause)}.`, {
      path: "--junit",
      hint: "Name a file in a folder that exists and can be written to.",
      cause,
    });
  }
}

function usage(path: string, expected: string, found: string): AgentsError {
  return new AgentsError("AGENTS_USAGE", `${path} is ${found}: expected ${expected}.`, {
    path,
    expected,
    found,
    hint: "See: agents prompts render --help",
  });
}
