import type { Command } from "commander";
import { addCommand } from "../command.ts";
import { contextOf } from "../context.ts";
import type { RawRenderOptions, RawTestOptions } from "../work/prompts.ts";

export function addPrompts(program: Command): void {
  const prompts = addCommand(program, "prompts", {
    summary: "what a model is asked: list, show, render, lint, test; works while nothing runs",
    examples: [
      ["agents prompts list", "every prompt of every agent, with its versions"],
      ['agents prompts render greet --data \'{"who":"Ada"}\'', "the messages for these values"],
      ["agents prompts lint", "what is wrong, as file:line:column"],
      ["agents prompts test --llm live", "the tests in the files, on a model"],
    ],
  });
  addCommand(prompts, "list [prompt]", {
    summary: "every prompt file, its version, labels and state",
    examples: [["agents prompts list notification", "those of one agent"]],
  }).action(async (asked: string | undefined, _options: unknown, command: Command) =>
    (await import("../work/prompts.ts")).listPrompts(contextOf(command), asked),
  );
  addCommand(prompts, "show <prompt>", {
    summary: "the file of one prompt",
    examples: [
      ["agents prompts show greet", "the version that an agent uses"],
      ["agents prompts show greeter/greet@^1", "of this agent, in this range"],
    ],
  }).action(async (asked: string, _options: unknown, command: Command) =>
    (await import("../work/prompts.ts")).showPrompt(contextOf(command), asked),
  );
  addCommand(prompts, "render <prompt>", {
    summary: "the messages that a model would be sent",
    examples: [
      ["agents prompts render greet", "with the values of its first example"],
      ["agents prompts render greet --data @values.json", "with these"],
    ],
  })
    .option("--data <values>", "the values: JSON, @file or - for stdin")
    .option("--example <number>", "the values of this example (default: 1)")
    .action(async (asked: string, options: RawRenderOptions, command: Command) =>
      (await import("../work/prompts.ts")).renderPrompt(contextOf(command), asked, options),
    );
  addCommand(prompts, "lint", {
    summary: "check every file, its examples and tests, and prompts.lock.json",
    examples: [
      ["agents prompts lint", "exit code 1 where something is wrong"],
      ["agents prompts lint --update", "write the lock"],
    ],
  })
    .option("--update", "write prompts.lock.json for the present files")
    .action(async (options: { readonly update?: boolean }, command: Command) =>
      (await import("../work/prompts.ts")).lintPrompts(contextOf(command), options),
    );
  addCommand(prompts, "test [prompt]", {
    summary: "run the tests that the files hold",
    examples: [
      ["agents prompts test", "whatever can be checked without a model"],
      [
        "agents prompts test greet --llm live --junit report.xml",
        "one prompt, on the model of the environment",
      ],
    ],
  })
    .option("--llm <mode>", "sample, replay, record or live (default: sample)")
    .option("--junit <file>", "write a report for CI")
    .action(async (asked: string | undefined, options: RawTestOptions, command: Command) =>
      (await import("../work/prompts.ts")).testPrompts(contextOf(command), asked, options),
    );
}
