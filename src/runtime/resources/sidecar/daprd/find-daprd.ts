import { execFile } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { promisify } from "node:util";
import { AgentsError } from "../../../model/errors.ts";

/** Older ones lack what is relied on: bounded shutdown, `healthz/outbound`, name resolution over SQLite. */
const OLDEST_DAPRD = "1.14.0";

/** A daprd that can be started. */
export interface Daprd {
  readonly path: string;
  /** As `daprd --version` says it: `1.18.1`, or `edge` of one that was built from source. */
  readonly version: string;
}

/** What there is to start. `unusable`: one was found, and why it does not do. */
export type FoundDaprd =
  | ({ readonly at: "found" } & Daprd)
  | { readonly at: "unusable"; readonly path: string; readonly why: string; readonly named: boolean }
  | { readonly at: "missing"; readonly looked: readonly string[] };

/** Where to look. */
export interface DaprdPlaces {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly cwd: string;
}

const VERSION_TIMEOUT_MS = 10_000;

/**
 * Looks for a daprd: what AGENTS_DAPRD names (then nothing else counts), on the PATH, in `~/.dapr/bin`, where `dapr init`
 * puts it. The first one that is new enough is taken.
 */
export async function findDaprd({ env, home, cwd }: DaprdPlaces): Promise<FoundDaprd> {
  const named = env["AGENTS_DAPRD"];
  if (named !== undefined && named !== "") {
    const path = resolve(cwd, named);
    if (!isExecutable(path)) return { at: "unusable", path, why: "is no executable file", named: true };
    return await examine(path, true);
  }
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const looked = [...folders, join(env["DAPR_RUNTIME_PATH"] ?? home, ".dapr", "bin")];
  let unusable: FoundDaprd | null = null;
  for (const path of new Set(looked.map((folder) => join(folder, "daprd")))) {
    if (!isExecutable(path)) continue;
    const found = await examine(path, false);
    if (found.at === "found") return found;
    unusable ??= found;
  }
  return unusable ?? { at: "missing", looked };
}

/**
 * The daprd to start.
 *
 * @throws AgentsError AGENTS_DAPRD_NOT_FOUND, AGENTS_DAPRD_UNUSABLE
 */
export async function requireDaprd(places: DaprdPlaces): Promise<Daprd> {
  const found = await findDaprd(places);
  switch (found.at) {
    case "found":
      return { path: found.path, version: found.version };
    case "missing":
      throw new AgentsError("AGENTS_DAPRD_NOT_FOUND", "There is no daprd on this machine.", {
        expected: "daprd on the PATH or in ~/.dapr/bin, or AGENTS_DAPRD naming it",
        hint: "Install it with `dapr init --slim`, or run with --mode embedded.",
      });
    case "unusable":
      throw new AgentsError("AGENTS_DAPRD_UNUSABLE", `${found.path} cannot be used: it ${found.why}.`, {
        path: found.named ? "AGENTS_DAPRD" : found.path,
        found: found.path,
        expected: `daprd ${OLDEST_DAPRD} or newer`,
        hint: found.named
          ? "Correct AGENTS_DAPRD, or unset it to have daprd looked for."
          : "Install a newer one with `dapr init --slim`, or run with --mode embedded.",
      });
    default:
      return found satisfies never;
  }
}

async function examine(path: string, named: boolean): Promise<FoundDaprd> {
  try {
    const { stdout } = await promisify(execFile)(path, ["--version"], { timeout: VERSION_TIMEOUT_MS });
    const version = stdout.trim();
    if (!/^[\w.+-]{1,64}$/u.test(version)) {
      return { at: "unusable", path, why: "does not answer --version with a version", named };
    }
    if (isOlder(version, OLDEST_DAPRD)) {
      return { at: "unusable", path, why: `is version ${version}, older than ${OLDEST_DAPRD}`, named };
    }
    return { at: "found", path, version };
  } catch (error) {
    const why = error instanceof Error ? firstLine(error.message) : String(error);
    return { at: "unusable", path, why: `does not answer --version (${why})`, named };
  }
}

/** Compares `major.minor.patch`; what is no such version (`edge`) is older than nothing. */
export function isOlder(version: string, than: string): boolean {
  const one = numbersOf(version);
  const other = numbersOf(than);
  if (one === null || other === null) return false;
  for (const [at, number] of one.entries()) {
    const difference = number - (other[at] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function numbersOf(version: string): readonly number[] | null {
  const found = /^v?(\d+)\.(\d+)(?:\.(\d+))?/u.exec(version);
  return found === null ? null : found.slice(1).map((part) => Number(part ?? 0));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}
