import { StringDecoder } from "node:string_decoder";
import type { SerialisedError } from "../model/errors.ts";
import { ERROR_EXITS, reviveError } from "../model/errors.ts";

/** Reads newline-delimited JSON. A line `{ "error": … }` is how a stream that fails after its head says so: it is thrown. */
export async function* readNdjson<T>(body: AsyncIterable<Buffer>): AsyncGenerator<T, void, undefined> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  for await (const bytes of body) {
    const lines = decoder.write(bytes).split("\n");
    lines[0] = rest + (lines[0] ?? "");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const value: T = JSON.parse(line);
      const error = errorIn(value);
      if (error !== null) throw reviveError(error);
      yield value;
    }
  }
}

/** The error in an answer `{ "error": … }`, or null. */
export function errorIn(value: unknown): SerialisedError | null {
  if (typeof value !== "object" || value === null || !("error" in value)) return null;
  return isSerialisedError(value.error) ? value.error : null;
}

function isSerialisedError(error: unknown): error is SerialisedError {
  if (typeof error !== "object" || error === null || !("code" in error) || !("message" in error))
    return false;
  return typeof error.code === "string" && Object.hasOwn(ERROR_EXITS, error.code);
}
