import type { HonoRequest } from "hono";
import { Problem } from "./problem.ts";

/** Largest request body: the same 4 MiB as Dapr's. */
const MAX_BODY = 4 * 1024 * 1024;

/** No honest document is as deep, and whatever walks through one calls itself for each level. */
const MAX_DEPTH = 200;

const JSON_TYPE = /^application\/(?:json|[\w.+-]+\+json)\s*(?:;|$)/i;

/**
 * The JSON body of a request. Other content types are refused also because a browser sends them to any site unasked.
 *
 * @throws Problem 413, 415 or 400.
 */
export async function readJson(request: HonoRequest): Promise<unknown> {
  const type = request.header("content-type") ?? "";
  if (!JSON_TYPE.test(type)) {
    throw new Problem(415, `The content type is "${type}", expected application/json.`, {
      kind: "unsupported-media-type",
      title: "Unsupported media type",
      hint: "Send the body as JSON with the header content-type: application/json.",
    });
  }
  const text = await readText(request);
  if (text.trim() === "") throw malformed("The body is empty.");
  try {
    return JSON.parse(text);
  } catch (error) {
    throw malformed(`The body is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * The input of a command: JSON that can be walked through. (An event is judged by its schema, and dropped with a reason.)
 *
 * @throws Problem 413, 415 or 400.
 */
export async function readInput(request: HonoRequest): Promise<unknown> {
  const input = await readJson(request);
  if (isDeeper(input, MAX_DEPTH)) throw malformed(`The body is nested more than ${MAX_DEPTH} levels deep.`);
  return input;
}

/** Level by level, as a function that called itself could not tell. */
function isDeeper(value: unknown, most: number): boolean {
  let level = [value].filter(isNested);
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth === most) return true;
    level = level.flatMap((each) => Object.values(each).filter(isNested));
  }
  return false;
}

function isNested(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

async function readText(request: HonoRequest): Promise<string> {
  const declared = Number(request.header("content-length"));
  if (declared > MAX_BODY) throw tooLarge();
  // With a declared length the server reads no more than that; without one the bytes are counted as they come.
  if (Number.isInteger(declared)) return await request.text();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.raw.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_BODY) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function tooLarge(): Problem {
  // The connection stays: closing it under a body that is still being sent would lose the answer.
  return new Problem(413, "The body is larger than 4 MiB.", {
    kind: "body-too-large",
    title: "Body too large",
  });
}

function malformed(detail: string): Problem {
  return new Problem(400, detail, { kind: "malformed", title: "Malformed request" });
}
