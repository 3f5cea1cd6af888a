import { chooseVersion, misaskedVersion } from "../choose-version.ts";
import { parseAsk } from "../prompt-name.ts";
import type { Prompt } from "../prompt.ts";
import type { ReadFile } from "../read-files.ts";
import { ToolError } from "./tool-error.ts";

/** A file whose prompt is good. */
export type GoodFile = ReadFile & { readonly prompt: Prompt };

/** The files that `agent`, `name` or `agent/name` means, with `@version` those of it that fit. @throws ToolError for none. */
export function selectFiles(files: readonly ReadFile[], asked: string | null): readonly ReadFile[] {
  if (asked === null) return files;
  const { name, version } = parseAsk(asked);
  const meant = files.filter((file) => [file.agent, file.name, `${file.agent}/${file.name}`].includes(name));
  const fitting = version === null ? meant : meant.filter((file) => fits(file, version));
  if (fitting.length > 0) return fitting;
  const misasked = version === null ? null : misaskedVersion(version);
  throw new ToolError(
    "AGENTS_NAME_UNKNOWN",
    misasked === null ? `There is no prompt "${asked}".` : `The prompt "${asked}": ${misasked}.`,
    `The prompts there are: ${listed(meant.length > 0 ? meant : files)}`,
  );
}

/** The one prompt that is meant, in the version that an agent would use. @throws ToolError */
export function selectOne(files: readonly ReadFile[], asked: string): GoodFile {
  const { name, version } = parseAsk(asked);
  const meant = selectFiles(files, name).filter((file) => file.agent !== name || file.name === name);
  const names = new Set(meant.map((file) => `${file.agent}/${file.name}`));
  if (names.size !== 1) {
    const all = names.size === 0 ? listed(files) : [...names].join(", ");
    throw new ToolError("AGENTS_NAME_UNKNOWN", `"${asked}" does not name one prompt.`, `Name one of: ${all}`);
  }
  const good = meant.filter((file): file is GoodFile => file.prompt !== null);
  const chosen = chooseVersion(version, good);
  const found = good.find(({ prompt }) => prompt === chosen);
  if (found !== undefined) return found;
  const broken = meant.find(({ problem }) => problem !== null);
  if (broken?.problem)
    throw new ToolError(
      "AGENTS_PROMPT_INVALID",
      broken.problem,
      "Correct the file; agents prompts lint shows all.",
    );
  selectFiles(files, asked); // says why, where what is asked for is no version at all
  return unknown(asked, meant);
}

function unknown(asked: string, meant: readonly ReadFile[]): never {
  throw new ToolError(
    "AGENTS_NAME_UNKNOWN",
    `There is no prompt "${asked}".`,
    `The prompts there are: ${listed(meant)}`,
  );
}

function fits({ prompt, frozen }: ReadFile, version: string): boolean {
  return prompt !== null && chooseVersion(version, [{ prompt, frozen }]) !== null;
}

function listed(files: readonly ReadFile[]): string {
  const names = files.map(
    ({ agent, name, prompt }) => `${agent}/${name}${prompt === null ? "" : `@${prompt.version}`}`,
  );
  return [...new Set(names)].join(", ") || "none at all";
}
