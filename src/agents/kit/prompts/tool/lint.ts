import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readDocument } from "../read-document.ts";
import type { NameFile, ReadFile } from "../read-files.ts";
import { keyOf } from "../read-files.ts";
import { readLockFile } from "../lock-file.ts";
import { driftOf, LOCK_FILE, lockText, parseLock } from "../lock.ts";
import { plainReason } from "../plain-reason.ts";
import { ToolError } from "./tool-error.ts";

/** One thing that is wrong. */
export interface LintProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export interface LintResult {
  readonly files: number;
  readonly problems: readonly LintProblem[];
  readonly lock: { readonly file: string; readonly state: "current" | "drifted" | "written" | "missing" };
}

type Found = ReadFile & { readonly key: string };

/** Checks every file, its examples and tests, and the lock; `update` writes the lock where nothing else is wrong. */
export async function lint(
  folder: string,
  nameFile: NameFile,
  files: readonly ReadFile[],
  update: boolean,
): Promise<LintResult> {
  const path = join(folder, LOCK_FILE);
  const lockFile = nameFile(LOCK_FILE);
  const keyed = files.flatMap((file): readonly Found[] =>
    file.prompt === null ? [] : [{ ...file, key: keyOf(file) }],
  );
  const own = [
    ...files.flatMap(({ problem, file }) => (problem === null ? [] : [placed(problem, file)])),
    ...(await Promise.all(keyed.map(testsOf))).flat(),
    ...(await twice(keyed)),
  ];
  const text = await readLockFile(folder);
  const { state, problems } = update
    ? await writeLock(path, text, keyed, own.length === 0)
    : await compareLock(lockFile, text, files, keyed);
  return { files: files.length, problems: [...own, ...problems], lock: { file: lockFile, state } };
}

const CHANGED =
  "the content has changed under the same version: raise the version, or accept it with agents prompts lint --update";
const THAWED = "a frozen version has changed: undo the change, or make it in a new version";
const NEW = "this version is not in the lock: agents prompts lint --update adds it";

/** How the lock stands, and what is wrong between it and the files. */
interface LockFindings {
  readonly state: LintResult["lock"]["state"];
  readonly problems: readonly LintProblem[];
}

/** What is frozen stays what it is: only a working copy may come to another content under its version. */
async function writeLock(
  path: string,
  text: string | null,
  keyed: readonly Found[],
  isClean: boolean,
): Promise<LockFindings> {
  const lock = text === null ? null : parseLock(text);
  const thawed = driftOf(keyed, lock ?? {}).flatMap((one) =>
    one.at === "changed" && one.file.frozen ? [one.file] : [],
  );
  const problems = await Promise.all(thawed.map((file) => atVersion(file, THAWED)));
  if (!isClean || problems.length > 0) return { state: "drifted", problems };
  if (text === null && keyed.length === 0) return { state: "missing", problems };
  await write(path, lockText(keyed));
  return { state: "written", problems };
}

async function write(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    throw new ToolError(
      "AGENTS_FILES_UNWRITABLE",
      `${path} cannot be written: ${plainReason(error)}.`,
      "Nothing was changed. Look at the permissions of the file and its folder, and at the free space.",
      error,
    );
  }
}

async function compareLock(
  lockFile: string,
  text: string | null,
  files: readonly ReadFile[],
  keyed: readonly Found[],
): Promise<LockFindings> {
  if (text === null) return { state: "missing", problems: [] };
  const atLock = (message: string): LintProblem => ({ file: lockFile, line: 1, column: 1, message });
  const lock = parseLock(text);
  if (lock === null)
    return {
      state: "drifted",
      problems: [atLock("this is not a lock file: delete it and run agents prompts lint --update")],
    };
  const drift = driftOf(keyed, lock);
  // What is broken has no version: which one of the lock it is shows when it is mended.
  const broken = files.filter(({ prompt }) => prompt === null).map((file) => keyOf(file));
  const told = drift.filter((one) => one.at !== "gone" || !broken.some((key) => one.key.startsWith(key)));
  const problems = told.map(async (one) => {
    switch (one.at) {
      case "changed":
        return await atVersion(one.file, one.file.frozen ? THAWED : CHANGED);
      case "new":
        return await atVersion(one.file, NEW);
      case "gone":
        return atLock(`${one.key} is in the lock and has no file: agents prompts lint --update removes it`);
      default:
        return one satisfies never;
    }
  });
  return { state: drift.length === 0 ? "current" : "drifted", problems: await Promise.all(problems) };
}

/** Two files that claim to be one version, with different contents, or two working copies. */
async function twice(files: readonly Found[]): Promise<readonly LintProblem[]> {
  const problems = files.map(async (file, index) => {
    const before = files.slice(0, index);
    const same = before.find(({ key, sha256 }) => key === file.key && sha256 !== file.sha256);
    if (same !== undefined)
      return [
        await atVersion(
          file,
          `${same.file} has the same version but another content: raise one of the versions`,
        ),
      ];
    const other = file.frozen
      ? undefined
      : before.find((one) => !one.frozen && one.agent === file.agent && one.name === file.name);
    return other === undefined
      ? []
      : [await atVersion(file, `${other.file} is the working copy of the same prompt`)];
  });
  return (await Promise.all(problems)).flat();
}

async function testsOf({ file, text, prompt }: Found): Promise<readonly LintProblem[]> {
  if (prompt === null) return [];
  const document = await readDocument(file, text);
  return prompt.tests.flatMap(({ name, input }, index) => {
    try {
      prompt.render(input);
      return [];
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return [placed(`${document.place(`/tests/${index}/input`)}: test "${name}": ${reason}`, file)];
    }
  });
}

async function atVersion({ file, text }: ReadFile, message: string): Promise<LintProblem> {
  const document = await readDocument(file, text);
  return placed(`${document.place("/version")}: ${message}`, file);
}

/** `file:line:column: message`, taken apart. */
function placed(problem: string, file: string): LintProblem {
  const rest = problem.startsWith(`${file}:`) ? problem.slice(file.length + 1) : problem;
  const read = /^(\d+):(\d+): (.*)$/s.exec(rest);
  if (read === null) return { file, line: 1, column: 1, message: rest.trimStart() };
  return { file, line: Number(read[1]), column: Number(read[2]), message: read[3] ?? "" };
}
