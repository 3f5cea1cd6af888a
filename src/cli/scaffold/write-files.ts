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
  /** Where the changed config is written before it takes the place of the old one: absolute. */
  readonly draft?: string;
}

/** A file that exists and changes, with the text it had. */
export interface ChangedFile {
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
 * Makes all files, then changes the config: all of it, or nothing. What fails is taken back at once; what a `kill -9` cut
 * off, the next time ({@link takeBackUnfinished}).
 *
 * @param journal Absolute path of the note that is kept meanwhile.
 * @param check Looks at the whole when it is there; what it throws takes everything back.
 */
export async function writeAll(
  { root, journal }: { readonly root: string; readonly journal: string },
  files: readonly NewFile[],
  config: ChangedFile | null,
  check: () => Promise<void>,
): Promise<void> {
  const folders = missingFolders(root, files);
  // Beside the file itself where the config is a link: that stays one.
  const draft = config === null ? null : `${realpathSync(config.file)}.new-${process.pid}`;
  const begun: Begun = {
    files: files.map(({ path }) => path),
    folders,
    ...(draft === null ? {} : { draft }),
  };
  mkdirSync(dirname(journal), { recursive: true, mode: 0o700 });
  writeFileSync(journal, JSON.stringify(begun));
  try {
    for (const folder of folders) mkdirSync(join(root, folder));
    // Exclusive: a file that appeared since we looked is not ours to overwrite, nor to take back.
    for (const { path, text } of files) writeFileSync(join(root, path), text, { flag: "wx" });
    if (config !== null && draft !== null) replace(config.file, draft, config.before, config.after);
    await check();
  } catch (error) {
    if (config !== null && draft !== null && readFileSync(config.file, "utf8") === config.after)
      replace(config.file, draft, config.after, config.before);
    takeBack(root, begun, isTaken(error) ? error.path : null);
    rmSync(journal, { force: true });
    throw failure(error, root);
  }
  rmSync(journal, { force: true });
}

/** Takes back what an earlier, killed write had begun. It had not changed the config yet, or was complete. */
export function takeBackUnfinished(root: string, journal: string, configText: string): void {
  if (!existsSync(journal)) return;
  const begun = readNote(journal);
  if (begun.draft !== undefined) rmSync(begun.draft, { force: true });
  // Named in the config: it was complete but for the note.
  if (!begun.files.some((file) => configText.includes(file))) takeBack(root, begun, null);
  rmSync(journal, { force: true });
}

/** A note that was cut off itself names nothing: it is whole before the first file is made. */
function readNote(journal: string): Begun {
  try {
    return JSON.parse(readFileSync(journal, "utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) return { files: [], folders: [] };
    throw error;
  }
}

function takeBack(root: string, { files, folders }: Begun, except: string | null): void {
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

/** By a rename, so that a watcher or a crash never sees half a config. */
function replace(file: string, draft: string, before: string, after: string): void {
  if (readFileSync(file, "utf8") !== before) {
    throw new AgentsError("AGENTS_CONFIG_NOT_EDITABLE", `${file} was changed meanwhile.`, {
      path: file,
      expected: "the text it had a moment ago",
      hint: "Try again.",
    });
  }
  const target = realpathSync(file);
  writeFileSync(draft, after, { mode: statSync(target).mode });
  renameSync(draft, target);
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
