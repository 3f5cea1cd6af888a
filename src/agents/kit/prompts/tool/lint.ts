import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readDocument } from "../read-document.ts";
import type { NameFile, ReadFile } from "../read-files.ts";
import { keyOf } from "../read-files.ts";
import { driftOf, LOCK_FILE, lockText, parseLock } from "../lock.ts";

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
  const text = await textOf(path);
  const lock = text === null ? {} : parseLock(text);
  const atLock = (message: string): LintProblem => ({ file: lockFile, line: 1, column: 1, message });
  const drift = driftOf(keyed, lock ?? {});
  if (update) {
    // What is frozen stays what it is: only a working copy may come to another content under its version.
    const thawed = drift.filter((one) => one.at === "changed" && one.file.frozen);
    const against = await Promise.all(
      thawed.map(async (one) => (one.at === "changed" ? [await atVersion(one.file, THAWED)] : [])),
    );
    const problems = [...own, ...against.flat()];
    if (problems.length === 0) await writeFile(path, lockText(keyed));
    return result(files, problems, lockFile, problems.length === 0 ? "written" : "drifted");
  }
  if (text === null) return result(files, own, lockFile, "missing");
  if (lock === null)
    return result(
      files,
      [...own, atLock("this is no lock file: delete it and run lint --update")],
      lockFile,
      "drifted",
    );
  // What is broken has no version: which one of the lock it is shows when it is mended.
  const broken = files.filter(({ prompt }) => prompt === null).map((file) => keyOf(file));
  const told = drift.filter((one) => one.at !== "gone" || !broken.some((key) => one.key.startsWith(key)));
  const drifted = await Promise.all(
    told.map(async (one) => {
      switch (one.at) {
        case "changed":
          return await atVersion(one.file, one.file.frozen ? THAWED : CHANGED);
        case "new":
          return await atVersion(
            one.file,
            "this version is not in the lock: agents prompts lint --update adds it",
          );
        case "gone":
          return atLock(`${one.key} is in the lock and has no file: agents prompts lint --update removes it`);
        default:
          return one satisfies never;
      }
    }),
  );
  return result(files, [...own, ...drifted], lockFile, drift.length === 0 ? "current" : "drifted");
}

const CHANGED =
  "the content has changed under the same version: raise the version, or keep it by agents prompts lint --update";
const THAWED = "a frozen version has changed: take the change back, or give it to a new version";

function result(
  files: readonly ReadFile[],
  problems: readonly LintProblem[],
  file: string,
  state: LintResult["lock"]["state"],
): LintResult {
  return { files: files.length, problems, lock: { file, state } };
}

/** Two files that claim to be one version, with different contents, or two working copies. */
async function twice(files: readonly Found[]): Promise<readonly LintProblem[]> {
  const problems = files.map(async (file, index) => {
    const before = files.slice(0, index);
    const same = before.find(({ key, sha256 }) => key === file.key && sha256 !== file.sha256);
    if (same !== undefined)
      return [
        await atVersion(file, `${same.file} has the same version and another content: raise one of them`),
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

async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}
