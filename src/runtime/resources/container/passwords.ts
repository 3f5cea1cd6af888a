import { randomInt } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AgentsError } from "../../model/errors.ts";
import { errorCode } from "./docker-failure.ts";

const FILE = "passwords.json";
const LENGTH = 32;
const LOWER = "abcdefghijkmnopqrstuvwxyz";
const UPPER = "ABCDEFGHJKLMNPQRSTUVWXYZ";
const DIGITS = "23456789";
/** What means nothing in a URL, in a connection string, in a shell and in YAML. */
const OTHER = "-_.";

/**
 * The generated password of a resource, or of one of its logins: made once, kept in `.agents/passwords.json` (0600), the same at every start, as the
 * data on a volume was made with it. `down -v`, which removes the data, removes the file with the folder.
 *
 * Both calls of one run come from one process; two runs of one folder are excluded by the lock of the run.
 */
export function passwordFor(stateDir: string, resource: string, login?: string): string {
  const path = join(stateDir, FILE);
  const known = read(path);
  // No name of a resource has a slash.
  const key = login === undefined ? resource : `${resource}/${login}`;
  const old = Object.hasOwn(known, key) ? known[key] : undefined;
  if (old !== undefined) return old;
  const password = generatePassword();
  write(path, { ...known, [key]: password });
  return password;
}

/** 32 characters of all four classes: satisfies the policy of SQL Server, and needs no escaping anywhere. */
export function generatePassword(): string {
  const all = LOWER + UPPER + DIGITS + OTHER;
  const chars = [LOWER, UPPER, DIGITS, OTHER].map(pick);
  while (chars.length < LENGTH) chars.push(pick(all));
  // The four that must be there stand anywhere (Fisher and Yates).
  for (let last = chars.length - 1; last > 0; last -= 1) {
    const other = randomInt(last + 1);
    const [a = "", b = ""] = [chars[last], chars[other]];
    chars[last] = b;
    chars[other] = a;
  }
  // One that begins with "-" would be an option where it stands alone.
  const text = chars.join("");
  return /^[a-zA-Z]/.test(text) ? text : generatePassword();
}

function pick(from: string): string {
  return from.charAt(randomInt(from.length));
}

function read(path: string): Readonly<Record<string, string>> {
  let content: string;
  try {
    content = readFileSync(path, "utf8");
  } catch (cause) {
    if (errorCode(cause) === "ENOENT") return {};
    throw broken(path, cause);
  }
  try {
    const value: unknown = JSON.parse(content);
    if (isTexts(value)) {
      chmodSync(path, 0o600);
      return value;
    }
  } catch (cause) {
    throw broken(path, cause);
  }
  throw broken(path, new Error("it is not a list of passwords"));
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((password) => typeof password === "string" && password !== "")
  );
}

/** In one step: a reader sees the old file or the new one. */
function write(path: string, passwords: Readonly<Record<string, string>>): void {
  const draft = `${path}.${process.pid}`;
  try {
    mkdirSync(join(path, ".."), { recursive: true, mode: 0o700 });
    rmSync(draft, { force: true });
    writeFileSync(draft, `${JSON.stringify(passwords, null, 2)}\n`, { mode: 0o600, flag: "wx" });
    renameSync(draft, path);
  } catch (cause) {
    rmSync(draft, { force: true });
    throw broken(path, cause);
  }
}

/** The content is in no message: it is secret. */
function broken(path: string, cause: unknown): AgentsError {
  const why =
    cause instanceof SyntaxError ? "it is not JSON" : cause instanceof Error ? cause.message : String(cause);
  return new AgentsError("AGENTS_STATE_BROKEN", `${path} cannot be used: ${why}.`, {
    path,
    expected: "the passwords of the databases on this project's volumes",
    hint: "Put it back, or remove it together with the data that it opens: agents down -v",
    // A SyntaxError quotes what it read.
    ...(cause instanceof SyntaxError ? {} : { cause }),
  });
}
