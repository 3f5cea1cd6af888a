import { randomUUID } from "node:crypto";
import { link, mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Channel, OutgoingMessage, SendResult } from "../../application/ports.ts";

/** A draft that old belongs to nobody, whatever its name says. */
const ABANDONED_MS = 60_000;
const DRAFT = /^\..+\.(\d+)\.[0-9a-f-]{36}\.tmp$/;

/**
 * Puts each notification into a folder as `<id>.json`. A name can be linked once, and only to a file that is complete and
 * on disk: so a reader never sees half a file, and the same notification never comes twice, whoever dies when.
 */
export class FileChannel implements Channel {
  readonly name = "file";
  readonly #dir: string;
  #prepared: Promise<void> | undefined;

  constructor(dir: string) {
    this.#dir = dir;
  }

  async send(message: OutgoingMessage): Promise<SendResult> {
    try {
      await this.#prepare();
      return await this.#write(message);
    } catch (error) {
      return failure(error);
    }
  }

  async #write(message: OutgoingMessage): Promise<SendResult> {
    const file = join(this.#dir, `${message.id}.json`);
    const draft = join(this.#dir, `.${message.id}.${process.pid}.${randomUUID()}.tmp`);
    try {
      await writeDurably(draft, `${JSON.stringify(message, null, 2)}\n`);
      const isFirst = await linkOnce(draft, file);
      // Also where an earlier process has linked it: that one may have died before its folder was on disk.
      await syncFolder(this.#dir);
      return { code: "2.0.0", detail: isFirst ? `written to ${file}` : `was written to ${file} before` };
    } finally {
      await rm(draft, { force: true });
    }
  }

  #prepare(): Promise<void> {
    this.#prepared ??= this.#open().catch((error: unknown) => {
      // The next attempt tries again: a full disk may have room by then.
      this.#prepared = undefined;
      throw error;
    });
    return this.#prepared;
  }

  /** Makes the folder, and removes drafts that a killed process has left in it. */
  async #open(): Promise<void> {
    await mkdir(this.#dir, { recursive: true });
    for (const name of await readdir(this.#dir)) {
      const owner = DRAFT.exec(name)?.[1];
      if (owner !== undefined) await removeAbandoned(join(this.#dir, name), Number(owner));
    }
  }
}

/** Should it be another machine's draft after all, its owner finds it gone and tries again. */
async function removeAbandoned(file: string, owner: number): Promise<void> {
  try {
    const { mtimeMs } = await stat(file);
    if (!isAlive(owner) || Date.now() - mtimeMs > ABANDONED_MS) await rm(file, { force: true });
  } catch (error) {
    // Its owner was alive and has removed it.
    if (codeOf(error) !== "ENOENT") throw error;
  }
}

/** Our own number on a draft is that of an earlier process: this one has made none yet. */
function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

/** False when the name is taken: the notification was sent before. */
async function linkOnce(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

async function writeDurably(file: string, text: string): Promise<void> {
  await using handle = await open(file, "wx");
  await handle.writeFile(text);
  await handle.sync();
}

/** A new name is on disk only when its folder is. */
async function syncFolder(dir: string): Promise<void> {
  await using handle = await open(dir, "r");
  await handle.sync();
}

/** Every failure of a disk may pass; RFC 3463 §3.4: 4.3.1 full, 4.3.0 other. */
function failure(error: unknown): SendResult {
  const full = codeOf(error) === "ENOSPC" || codeOf(error) === "EDQUOT";
  return { code: full ? "4.3.1" : "4.3.0", detail: error instanceof Error ? error.message : String(error) };
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
