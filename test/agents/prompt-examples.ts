import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { z } from "zod";

const promptFile = z.object({
  examples: z
    .array(z.object({ input: z.record(z.string(), z.unknown()), output: z.record(z.string(), z.string()) }))
    .min(1),
});

/** The examples of a prompt of this repository, such as `devops/summarise-sprint`. */
export async function examplesOf(prompt: string): Promise<z.output<typeof promptFile>["examples"]> {
  const text = await readFile(new URL(`../../prompts/${prompt}.yaml`, import.meta.url), "utf8");
  return promptFile.parse(parse(text)).examples;
}
