import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { GithubSource } from "./github-source.ts";
import type { RemoteFile } from "./remote-files.ts";
import { isContentOf } from "./remote-files.ts";

/** What is known of a branch or tag. */
export interface KnownRef {
  readonly commit: string;
  readonly etag: string | null;
  /** In ms since 1970. */
  readonly checkedAt: number;
  /** What it was before, the newest first. */
  readonly before: readonly string[];
}

const knownRef = z.object({
  commit: z.string(),
  etag: z.string().nullable(),
  checkedAt: z.number(),
  before: z.array(z.string()),
});
const listing = z.array(z.object({ path: z.string(), blob: z.string() }));
const limit = z.object({ until: z.number(), asker: z.string() });

/** Commits of a moving ref whose files are kept. */
const HISTORY = 5;

/**
 * The copies of one repository's prompts on this machine: what each ref meant last, and the files at commits. Everything is
 * written beside and renamed: a crash leaves what was there, or what is new. What cannot be read is as if it was not there.
 */
export class Copies {
  readonly #root: string;
  /** Tells tokens apart, and gives none away. */
  readonly #asker: string;

  constructor({ cache, api, repo, path, token }: GithubSource) {
    this.#asker = createHash("sha256")
      .update(token ?? "")
      .digest("hex")
      .slice(0, 8);
    // The same repository may be read at two paths, and its name may be one on another server.
    const place = createHash("sha256")
      .update(JSON.stringify([api, path]))
      .digest("hex")
      .slice(0, 8);
    this.#root = join(cache, `${repo.replace("/", "+")}+${place}`.toLowerCase());
  }

  /** Folder that a lock on all of this may lie in. */
  async folder(): Promise<string> {
    await mkdir(this.#root, { recursive: true });
    return this.#root;
  }

  /** Where the files at a commit are. */
  filesAt(commit: string): string {
    return join(this.#root, "commits", commit, "files");
  }

  async knownRef(ref: string): Promise<KnownRef | null> {
    return await readJson(this.#refFile(ref), knownRef);
  }

  /** Keeps what a ref means now, and lets go of the files of commits that no ref meant lately. */
  async keepRef(ref: string, { commit, etag, checkedAt }: Omit<KnownRef, "before">): Promise<void> {
    const known = await this.knownRef(ref);
    const earlier = known === null ? [] : [known.commit, ...known.before];
    const before = [...new Set(earlier)].filter((one) => one !== commit).slice(0, HISTORY);
    await writeWhole(this.#refFile(ref), JSON.stringify({ commit, etag, checkedAt, before }));
    if (known !== null && known.commit !== commit) await this.#prune();
  }

  /** Until when the server wants to be left alone by who asks now: with another token somebody else does. */
  async limitedUntil(): Promise<number> {
    const kept = await readJson(join(this.#root, "limited.json"), limit);
    return kept?.asker === this.#asker ? kept.until : 0;
  }

  async keepLimit(until: number): Promise<void> {
    await writeWhole(join(this.#root, "limited.json"), JSON.stringify({ until, asker: this.#asker }));
  }

  async listing(commit: string): Promise<readonly RemoteFile[] | null> {
    return await readJson(this.#listingFile(commit), listing);
  }

  async keepListing(commit: string, files: readonly RemoteFile[]): Promise<void> {
    await writeWhole(this.#listingFile(commit), JSON.stringify(files));
  }

  /** Whether a file is there with the content that its id says. */
  async has(commit: string, { path, blob }: RemoteFile): Promise<boolean> {
    try {
      return isContentOf(blob, await readFile(join(this.filesAt(commit), path)));
    } catch {
      return false; // not there
    }
  }

  async keepFile(commit: string, { path }: RemoteFile, bytes: Buffer): Promise<void> {
    await writeWhole(join(this.filesAt(commit), path), bytes);
  }

  /** The same content in the files of an earlier commit. */
  async contentElsewhere(commits: readonly string[], { path, blob }: RemoteFile): Promise<Buffer | null> {
    for (const commit of commits) {
      const bytes = await readFile(join(this.filesAt(commit), path)).catch(() => null);
      if (bytes !== null && isContentOf(blob, bytes)) return bytes;
    }
    return null;
  }

  async #prune(): Promise<void> {
    const refs = await readdir(join(this.#root, "refs")).catch(() => []);
    const kept = new Set<string>();
    for (const file of refs) {
      const known = await readJson(join(this.#root, "refs", file), knownRef);
      if (known !== null) for (const commit of [known.commit, ...known.before]) kept.add(commit);
    }
    const commits = await readdir(join(this.#root, "commits")).catch(() => []);
    for (const commit of commits) {
      // A commit that was pinned is asked for by its own id.
      if (kept.has(commit) || (await this.knownRef(commit)) !== null) continue;
      await rm(join(this.#root, "commits", commit), { recursive: true, force: true });
    }
  }

  #listingFile(commit: string): string {
    return join(this.#root, "commits", commit, "listing.json");
  }

  #refFile(ref: string): string {
    return join(this.#root, "refs", `${encodeURIComponent(ref)}.json`);
  }
}

async function readJson<Value>(file: string, shape: z.ZodType<Value>): Promise<Value | null> {
  try {
    return shape.parse(JSON.parse(await readFile(file, "utf8")));
  } catch {
    return null; // not there, or half written by a version that could not rename
  }
}

async function writeWhole(file: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const fresh = `${file}.${process.pid}.new`;
  await writeFile(fresh, content);
  await rename(fresh, file);
}
