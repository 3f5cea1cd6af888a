import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { AgentsError } from "../../runtime/model/errors.ts";
import type { NewFile } from "./template-files.ts";

/** What a write that was cut off had begun, so that the next one can take it back. */
interface Begun {
  readonly files: readonly string[];
  readonly folders: readonly string[];
  readonly changes: readonly ChangedFile[];
}

/** A file that exists and changes, with the text it had. */
export interface ChangedFile {
  /** Absolute. */
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

/** Refuses to overwrite: nothing is written where one of the files exists. @throws AgentsError AGENTS_FILE_EXISTS */
export function assertNew(root: string, files: readonly NewFile[]): void {
  const there = files.filter(({ path }) => existsSync(join(root, path)));
  const [first] = there;
  if (first === undefined) return;
  throw new AgentsError("AGENTS_FILE_EXISTS", `${first.path} exists already.`, {
    path: join(root, first.path),
    expected: "none of the agent's files to exist",
    found: `${there.length} of ${files.length}`,
    hint: "Choose another name, or move them away: nothing is overwritten.",
    lines: there.map(({ path }) => path),
  });
}

/**
 * Makes all files, then changes those that exist, the config last: all of it, or nothing. What fails is taken back at once;
 * what a `kill -9` cut off, the next time ({@link takeBackUnfinished}).
 *
 * @param journal Absolute path of the note that is kept meanwhile.
 * @param check Looks at the whole when it is there; what it throws takes everything back.
 */
export async function writeAll(
  { root, journal }: { readonly root: string; readonly journal: string },
  files: readonly NewFile[],
  changes: readonly ChangedFile[],
  check: () => Promise<void>,
): Promise<void> {
  const begun: Begun = {
    files: files.map(({ path }) => path),
    folders: missingFolders(root, files),
    changes: changes.map((each) => ({ ...each, file: realpathSync(each.file) })),
  };
  mkdirSync(dirname(journal), { recursive: true, mode: 0o700 });
  writeFileSync(journal, JSON.stringify(begun), { mode: 0o600 });
  try {
    for (const folder of begun.folders) mkdirSync(join(root, folder));
    // Exclusive: a file that appeared since we looked is not ours to overwrite, nor to take back.
    for (const { path, text } of files) writeFileSync(join(root, path), text, { flag: "wx" });
    for (const change of begun.changes) replace(change);
    await check();
  } catch (error) {
    takeBack(root, begun, isTaken(error) ? error.path : null);
    rmSync(journal, { force: true });
    throw failure(error, root);
  }
  rmSync(journal, { force: true });
}

/** Takes back what an earlier, killed write had begun, unless it was complete. */
export function takeBackUnfinished(root: string, journal: string): void {
  if (!existsSync(journal)) return;
  const begun = readNote(journal);
  // The last change is the last thing that is done.
  const last = begun.changes.at(-1);
  const complete = last !== undefined && textOf(last.file) === last.after;
  if (!complete) takeBack(root, begun, null);
  rmSync(journal, { force: true });
}

/** A note that was cut off itself names nothing: it is whole before the first file is made. */
function readNote(journal: string): Begun {
  const nothing: Begun = { files: [], folders: [], changes: [] };
  try {
    return { ...nothing, ...JSON.parse(readFileSync(journal, "utf8")) };
  } catch (error) {
    if (error instanceof SyntaxError) return nothing;
    throw error;
  }
}

function takeBack(root: string, { files, folders, changes }: Begun, except: string | null): void {
  for (const { file, before, after } of changes) {
    rmSync(draftOf(file), { force: true });
    // Of what somebody has changed since, our part stays: better too much than something of theirs lost.
    if (textOf(file) === after) replace({ file, before: after, after: before });
  }
  for (const path of files) if (join(root, path) !== except) remove(() => unlinkSync(join(root, path)));
  for (const folder of folders.toReversed()) remove(() => rmdirSync(join(root, folder)));
}

function remove(action: () => void): void {
  try {
    action();
  } catch {
    // Not made yet, or somebody has put something of theirs into the folder.
  }
}

/** By a rename, so that a watcher or a crash never sees half a file. One process at a time does this in a project. */
function replace({ file, before, after }: ChangedFile): void {
  if (readFileSync(file, "utf8") !== before) {
    throw new AgentsError("AGENTS_CONFIG_NOT_EDITABLE", `${file} was changed meanwhile.`, {
      path: file,
      expected: "the text it had a moment ago",
      hint: "Try again.",
    });
  }
  writeFileSync(draftOf(file), after, { mode: statSync(file).mode });
  renameSync(draftOf(file), file);
}

function draftOf(file: string): string {
  return `${file}.new`;
}

function textOf(file: string): string | null {
  return existsSync(file) ? readFileSync(file, "utf8") : null;
}

/** Outermost first. */
function missingFolders(root: string, files: readonly NewFile[]): readonly string[] {
  const folders = new Set<string>();
  for (const { path } of files)
    for (let folder = dirname(path); folder !== "."; folder = dirname(folder))
      if (!existsSync(join(root, folder))) folders.add(folder);
  return [...folders].toSorted((a, b) => a.length - b.length);
}

function isTaken(error: unknown): error is NodeJS.ErrnoException & { readonly path: string } {
  return error instanceof Error && "code" in error && error.code === "EEXIST" && "path" in error;
}

function failure(error: unknown, root: string): unknown {
  if (error instanceof AgentsError || !(error instanceof Error) || !("code" in error)) return error;
  return new AgentsError("AGENTS_FILES_UNWRITABLE", `The files cannot be written: ${error.message}.`, {
    path: root,
    expected: "to be able to write in the project's folder",
    hint: "Nothing was left behind. Look at the folder's permissions and at the free space.",
    cause: error,
  });
}
