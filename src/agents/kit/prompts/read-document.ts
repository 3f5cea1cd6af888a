import { basename } from "node:path";
import { parseFileName } from "./prompt-name.ts";
import type { PromptDocument } from "./yaml.ts";

/**
 * A prompt file as a document of version 1, not checked yet: that itself, or what a file of Semantic Kernel or dotprompt
 * comes to.
 *
 * @throws PromptBroken
 */
export async function readDocument(file: string, text: string): Promise<PromptDocument> {
  const named = parseFileName(basename(file)) ?? { stem: file, name: basename(file), frozen: null };
  if (file.endsWith(".prompt")) {
    const { fromDotprompt } = await import("./convert/dotprompt.ts");
    return await fromDotprompt(file, text, named);
  }
  const { parseYaml } = await import("./yaml.ts");
  const document = parseYaml(file, text);
  if (!isForeign(document.value)) return document;
  const { fromSemanticKernel, isSemanticKernel } = await import("./convert/semantic-kernel.ts");
  return isSemanticKernel(document.value) ? await fromSemanticKernel(document, named) : document;
}

/** Ours says which format it has: nothing of the others is loaded for it. */
function isForeign(value: unknown): boolean {
  return typeof value === "object" && value !== null && !("schema" in value);
}
