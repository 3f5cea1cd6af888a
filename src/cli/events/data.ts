import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { text as readStream } from "node:stream/consumers";
import { parseJsonText } from "../../runtime/config/json-text.ts";
import { AgentsError } from "../../runtime/model/errors.ts";
import { plainReason } from "../plain-reason.ts";

/** `--data` as it was given: the text, and where it came from. */
export interface DataText {
  readonly text: string;
  /** `--data`, `stdin` or a file's path: the first part of a place in it. */
  readonly from: string;
}

/** Reads `--data`: JSON itself, `@file` (relative to `--cwd`), or `-` for stdin. */
export async function readData(data: string | undefined, cwd: string): Promise<DataText> {
  if (data === undefined) {
    throw new AgentsError("AGENTS_USAGE", "--data is missing.", {
      path: "--data",
      expected: "JSON, @file or -",
      found: "nothing",
      hint: "Give the payload: --data '{…}', --data @file.json, or --data - for stdin.",
    });
  }
  if (data === "-") return { text: await readStream(process.stdin), from: "stdin" };
  if (!data.startsWith("@")) return { text: data, from: "--data" };
  const file = resolve(cwd, data.slice(1));
  try {
    return { text: readFileSync(file, "utf8"), from: data.slice(1) };
  } catch (cause) {
    const found = plainReason(cause);
    throw new AgentsError("AGENTS_DATA_UNREADABLE", `${file} cannot be read: ${found}.`, {
      path: "--data",
      expected: "a file that can be read",
      found,
      cause,
    });
  }
}

/** The JSON value of the data; malformed JSON is told with line and column. */
export function parseData({ text, from }: DataText): unknown {
  const result = parseJsonText(text);
  if (result.ok) return result.value;
  const { line, column } = result.position;
  const at = `${from}:${line}:${column}`;
  throw new AgentsError(
    "AGENTS_DATA_UNREADABLE",
    `${from} is not JSON: ${result.reason} at line ${line}, column ${column}.`,
    {
      path: at,
      expected: "JSON",
      found: result.reason,
      lines: [at, `  ${text.split("\n")[line - 1]?.slice(0, 120) ?? ""}`],
    },
  );
}
