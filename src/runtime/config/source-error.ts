import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { AgentsError } from "../model/errors.ts";
import type { TextPosition } from "./json-text.ts";

/** A place in a source file that something is wrong at. */
export interface SourcePlace extends TextPosition {
  readonly file: string;
}

/** What a config that cannot be read is reported with. `file` is the config, `place` may lie in a file it imports. */
export interface Unreadable {
  readonly file: string;
  readonly root: string;
  readonly reason: string;
  readonly place?: SourcePlace;
  readonly hint?: string;
  readonly cause?: unknown;
}

/** The one error for a config that cannot be read: what is wrong, where, and the line itself. */
export function unreadableConfig({ file, root, reason, place, hint, cause }: Unreadable): AgentsError {
  const at = place === undefined ? undefined : `${relative(root, place.file)}:${place.line}:${place.column}`;
  return new AgentsError("AGENTS_CONFIG_UNREADABLE", `${relative(root, file)} cannot be read: ${reason}`, {
    path: at ?? relative(root, file),
    found: reason,
    ...(hint === undefined ? {} : { hint }),
    ...(place === undefined ? {} : { lines: [at ?? "", ...sourceLine(place)] }),
    cause,
  });
}

/** The line and a mark under the column; nothing where the file cannot be read. */
function sourceLine({ file, line, column }: SourcePlace): readonly string[] {
  try {
    const text = readFileSync(file, "utf8").split("\n")[line - 1]?.trimEnd();
    if (text === undefined || text.length > 200) return [];
    const indent = text.length - text.trimStart().length;
    return [`  ${text.trimStart()}`, `  ${" ".repeat(Math.max(0, column - 1 - indent))}^`];
  } catch {
    return []; // the place is told without its text
  }
}

/**
 * Where an error happened, as its stack tells: either the header that Node puts before a syntax error
 * (`file:line`, source, a caret), or the first frame that is not Node's nor a package's.
 */
export function placeInStack(stack: string): SourcePlace | undefined {
  return placeInHeader(stack) ?? placeInFrames(stack);
}

function placeInHeader(stack: string): SourcePlace | undefined {
  const lines = stack.split("\n");
  const header = /^((?:file:\/\/)?\/.*):(\d+)$/.exec(lines[0] ?? "");
  const caret = lines.findIndex((line) => /^\s*\^+$/.test(line));
  const [, file, line] = header ?? [];
  if (file === undefined || line === undefined) return undefined;
  return {
    file: toPath(file),
    line: Number(line),
    column: caret < 0 ? 1 : (lines[caret]?.indexOf("^") ?? 0) + 1,
  };
}

function placeInFrames(stack: string): SourcePlace | undefined {
  for (const [, file = "", line, column] of stack.matchAll(
    /at (?:.* \()?((?:file:\/\/)?\/[^\n]*?):(\d+):(\d+)\)?$/gm,
  )) {
    if (!file.includes("/node_modules/"))
      return { file: toPath(file), line: Number(line), column: Number(column) };
  }
  return undefined;
}

const toPath = (file: string): string => (file.startsWith("file:") ? fileURLToPath(file) : file);
