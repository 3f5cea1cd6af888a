import { readdirSync, statSync } from "node:fs";
import { dirname, extname, basename, relative } from "node:path";
import type { BuildFailure, Location, Message } from "esbuild";
import { AgentsError } from "../../model/errors.ts";
import type { BundleRequest } from "./bundle.ts";
import { placePrefix } from "./place-words.ts";

const SHOWN = 5;

/** The entry has to be a file before anything is built. */
export function assertEntry({ agent, entry }: Pick<BundleRequest, "agent" | "entry">, root: string): void {
  const stat = statSync(entry, { throwIfNoEntry: false });
  if (stat?.isFile() === true) return;
  const shown = relative(root, entry) || entry;
  const similar = sameStem(entry);
  throw new AgentsError(
    "AGENTS_ENTRY_NOT_FOUND",
    `${agent}: its entry ${shown} ${stat === undefined ? "does not exist" : "is not a file"}.`,
    {
      path: entry,
      expected: "a TypeScript or JavaScript file",
      found: stat === undefined ? "nothing" : "a folder",
      hint:
        similar === null
          ? `Create it, or correct agents.${agent}.entry in the config.`
          : `Did you mean ${relative(root, similar)}? Correct agents.${agent}.entry in the config.`,
    },
  );
}

function sameStem(entry: string): string | null {
  const dir = dirname(entry);
  const stem = basename(entry, extname(entry)).toLowerCase();
  try {
    const found = readdirSync(dir).find(
      (name) => /\.[cm]?[jt]sx?$/.test(name) && basename(name, extname(name)).toLowerCase() === stem,
    );
    return found === undefined ? null : `${dir}/${found}`;
  } catch {
    return null; // the folder does not exist either
  }
}

export function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && "errors" in error && Array.isArray(error.errors);
}

/** What esbuild says about the source, as `file:line:column`, its line and a mark below. */
export function brokenEntry(agent: string, errors: readonly Message[], root: string): AgentsError {
  const places = errors.slice(0, SHOWN).map((message) => place(message, root));
  const [first] = places;
  const more = errors.length - places.length;
  const lines = places.flatMap((each, index) => [
    ...(index === 0 ? [] : [`${each.at}${each.text}`]),
    ...each.frame,
  ]);
  return new AgentsError(
    "AGENTS_ENTRY_BROKEN",
    `${agent}: ${first?.at ?? ""}${first?.text ?? "it cannot be built"}`,
    {
      ...(first === undefined || first.at === "" ? {} : { path: first.at.slice(0, -2) }),
      hint: hintFor(errors[0]),
      lines: more > 0 ? [...lines, `and ${more} more`] : lines,
    },
  );
}

interface Place {
  readonly at: string;
  readonly text: string;
  readonly frame: readonly string[];
}

function place({ location, text }: Message, root: string): Place {
  if (location === null) return { at: "", text, frame: [] };
  const { line, column, source } = original(location, root);
  const frame =
    source.trim() === ""
      ? []
      : [`  ${line} | ${source}`, `  ${" ".repeat(String(line).length)} | ${pad(source, column)}^`];
  return { at: `${location.file}:${line}:${column + 1}: `, text, frame };
}

/** esbuild counts columns in bytes, and sees what was put in front of the file's first line. */
function original(location: Location, root: string): { line: number; column: number; source: string } {
  const bytes = Buffer.from(location.lineText).subarray(0, location.column);
  const column = bytes.toString().length;
  for (const isEntry of [true, false]) {
    const prefix = placePrefix(
      location.file.startsWith("/") ? location.file : `${root}/${location.file}`,
      isEntry,
    );
    if (location.lineText.startsWith(prefix)) {
      return {
        line: location.line,
        column: column - prefix.length,
        source: location.lineText.slice(prefix.length),
      };
    }
  }
  return { line: location.line, column, source: location.lineText };
}

/** Keeps tabs, so that the mark stands below its character. */
function pad(source: string, column: number): string {
  return source.slice(0, column).replaceAll(/[^\t]/g, " ");
}

function hintFor(message: Message | undefined): string {
  const missing = /^Could not resolve "([^"]+)"/.exec(message?.text ?? "")?.[1];
  if (missing === undefined) return "Correct the file; saving it is enough while the system runs.";
  if (/^[./#]/.test(missing)) return "Correct the path, or create the file.";
  return `Install it: npm install ${missing
    .split("/")
    .slice(0, missing.startsWith("@") ? 2 : 1)
    .join("/")}`;
}
