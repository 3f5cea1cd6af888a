import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { AgentsError } from "../model/errors.ts";

/** Folder of a project's state, beside its config. */
export const stateDirOf = (root: string): string => join(root, ".agents");

/**
 * Makes the state folder where it is missing, for the owner only: it holds the token of the control API.
 * A folder that cannot be used is one clear `AGENTS_STATE_BROKEN`.
 */
export function ensureStateDir(root: string): string {
  const dir = stateDirOf(root);
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const stat = statSync(dir);
    if ((stat.mode & 0o077) !== 0) chmodSync(dir, 0o700);
    keepFromGit(dir);
    return dir;
  } catch (cause) {
    throw existsSync(dir) ? stateBroken(dir, cause) : notWritable(root, cause);
  }
}

/** There is no state folder and none can be made: it is the project's folder that lacks something. */
function notWritable(root: string, cause: unknown): AgentsError {
  try {
    accessSync(root, constants.W_OK);
    return stateBroken(stateDirOf(root), cause);
  } catch (reason) {
    // Node's mkdir says ENOENT where the truth is EROFS.
    const readOnly = errorCode(reason) === "EROFS";
    const found = readOnly ? "it is on a file system that is read-only" : "this user may not write to it";
    return new AgentsError("AGENTS_STATE_BROKEN", `${root} cannot hold the state of a run: ${found}.`, {
      path: root,
      expected: "a folder that this user can write to, for .agents/",
      found,
      hint: readOnly
        ? "Run agents in a folder that can be written."
        : "Give this user the right to write to it, or run as the user who owns it.",
      cause,
    });
  }
}

/** Nobody has to think of it, and a token or a prompt in a log is never committed. */
function keepFromGit(dir: string): void {
  const file = join(dir, ".gitignore");
  if (!existsSync(file)) writeFileSync(file, "*\n");
}

/** Says which file of the state cannot be used, and what to do about it. */
export function stateBroken(path: string, cause: unknown): AgentsError {
  const code = errorCode(cause);
  const { found, hint } = EXPLAINED[code ?? ""] ?? {
    found: cause instanceof Error ? cause.message : String(cause),
    hint: "Move the .agents folder away and run agents up again: it is made anew.",
  };
  return new AgentsError("AGENTS_STATE_BROKEN", `${path} cannot be used: ${found}.`, {
    path,
    expected: "a folder or file that this user can read and write",
    found,
    hint,
    cause,
  });
}

/** Removes a file that should not stay; one that cannot be removed is no reason to hide the error that came before. */
export function tryRemove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // the next one who owns the folder finds it
  }
}

/** The system's own code of an error, e.g. `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

const EXPLAINED: Readonly<Record<string, { readonly found: string; readonly hint: string } | undefined>> = {
  EACCES: {
    found: "this user has no right to it",
    hint: "Give it back to yourself (sudo chown -R $USER .agents), or run as the user who owns it.",
  },
  EPERM: {
    found: "it belongs to another user",
    hint: "Give it back to yourself (sudo chown -R $USER .agents), or run as the user who owns it.",
  },
  EROFS: { found: "the file system is read-only", hint: "Run agents in a folder that can be written." },
  ENOSPC: {
    found: "the disk is full",
    hint: "Free some space; agents down -v removes the state of this project.",
  },
  ENOTDIR: { found: "a file stands where a folder is expected", hint: "Move that file away." },
  EEXIST: { found: "a file stands where a folder is expected", hint: "Move that file away." },
};
