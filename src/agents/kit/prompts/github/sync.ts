import { setTimeout } from "node:timers/promises";
import { Copies } from "./copies.ts";
import { GithubApi } from "./github-api.ts";
import { GithubFailure } from "./github-failure.ts";
import type { GithubSource } from "./github-source.ts";
import { isCommit, nameOfSource } from "./github-source.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import type { RemoteFile } from "./remote-files.ts";
import { listFiles, readFileAt } from "./remote-files.ts";

/** The prompts of a repository as files of this machine. */
export interface PromptCopy {
  /** Holds `<agent>/<name>.yaml`, and the lock. */
  readonly folder: string;
  readonly commit: string;
  /** What the ref meant before, where it has moved since it was looked at last. */
  readonly movedFrom: string | null;
  /** Why GitHub could not be asked, so that this is what was known before; null: this is what the ref means now. */
  readonly outdated: GithubFailure | null;
  /** When the ref was looked at, in ms since 1970. */
  readonly checkedAt: number;
}

/** The agents of a start ask once. */
const FRESH_MS = 30_000;
/** Somebody who waits for a start waits no longer than this for a server that wants to be left alone. */
const PATIENCE_MS = 20_000;
const AGAIN_MS = 500;

export interface SyncOptions {
  /** Whose files are needed; null: those of all. */
  readonly agent: string | null;
  readonly signal: AbortSignal;
}

/**
 * Brings the prompts that a source means onto this machine. A commit that is here in whole is used without a question; a branch
 * or tag is looked up. What cannot be had now is what was had last.
 *
 * @throws GithubFailure where there is no copy either.
 */
export async function syncPrompts(source: GithubSource, options: SyncOptions): Promise<PromptCopy> {
  const copies = new Copies(source);
  return await oneAtATime(
    await copies.folder(),
    options.signal,
    async () => await new Sync(source, copies, options).run(),
  );
}

class Sync {
  readonly #source: GithubSource;
  readonly #copies: Copies;
  readonly #options: SyncOptions;
  readonly #api: GithubApi;

  constructor(source: GithubSource, copies: Copies, options: SyncOptions) {
    this.#source = source;
    this.#copies = copies;
    this.#options = options;
    this.#api = new GithubApi(source, options.signal, async () => await this.#heedLimit());
  }

  async run(): Promise<PromptCopy> {
    const { ref } = this.#source;
    const known = await this.#copies.knownRef(ref);
    const earlier = known === null ? [] : [known.commit, ...known.before];
    const copied = await this.#firstWhole(earlier);
    try {
      const { commit, etag, checkedAt } = await this.#patiently(
        copied !== null,
        async () => await this.#resolve(),
      );
      await this.#patiently(copied !== null, async () => await this.#fill(commit, earlier));
      await this.#copies.keepRef(ref, { commit, etag, checkedAt });
      const movedFrom = known !== null && known.commit !== commit ? known.commit : null;
      return { folder: this.#copies.filesAt(commit), commit, movedFrom, outdated: null, checkedAt };
    } catch (error) {
      if (!(error instanceof GithubFailure)) throw error;
      if (copied === null || known === null) throw error;
      return {
        folder: this.#copies.filesAt(copied),
        commit: copied,
        movedFrom: null,
        outdated: error,
        checkedAt: known.checkedAt,
      };
    }
  }

  async #resolve() {
    const { ref } = this.#source;
    const now = Date.now();
    if (isCommit(ref)) return { commit: ref.toLowerCase(), etag: null, checkedAt: now };
    const known = await this.#copies.knownRef(ref);
    // A clock that was set back makes nothing fresh.
    if (known !== null && now >= known.checkedAt && now - known.checkedAt < FRESH_MS) return known;
    const answer = await this.#api.commitOf(ref, known?.etag ?? null);
    if (answer.at === "unchanged" && known !== null) return { ...known, checkedAt: now };
    const commit = answer.at === "answered" ? answer.text.trim() : "";
    if (!isCommit(commit)) throw this.#api.unexpected(`what ${ref} means is no commit`);
    return { commit, etag: answer.at === "answered" ? answer.etag : null, checkedAt: now };
  }

  /** Fetches what is not here yet, from the server or from what an earlier commit had. */
  async #fill(commit: string, earlier: readonly string[]): Promise<void> {
    let files = await this.#copies.listing(commit);
    if (files === null) {
      files = await listFiles(this.#api, this.#source, commit);
      await this.#copies.keepListing(commit, files);
    }
    for (const file of this.#needed(files)) {
      if (await this.#copies.has(commit, file)) continue;
      const here = await this.#copies.contentElsewhere(earlier, file);
      await this.#copies.keepFile(commit, file, here ?? (await readFileAt(this.#api, file)));
    }
  }

  #needed(files: readonly RemoteFile[]): readonly RemoteFile[] {
    const { agent } = this.#options;
    return files.filter(({ path }) => agent === null || !path.includes("/") || path.startsWith(`${agent}/`));
  }

  /** The newest of these commits of which everything is here. */
  async #firstWhole(commits: readonly string[]): Promise<string | null> {
    for (const commit of commits) {
      const files = await this.#copies.listing(commit);
      if (files === null) continue;
      const there = await Promise.all(
        this.#needed(files).map(async (file) => await this.#copies.has(commit, file)),
      );
      if (there.every(Boolean)) return commit;
    }
    return null;
  }

  /** Without a copy to use, what is over in a moment is waited for. */
  async #patiently<Value>(hasCopy: boolean, work: () => Promise<Value>): Promise<Value> {
    const until = Date.now() + PATIENCE_MS;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof GithubFailure)) throw error;
        if (error.retryAt !== null) await this.#copies.keepLimit(error.retryAt);
        const at = error.reason === "limited" ? error.retryAt : nextTry(error, attempt);
        if (hasCopy || at === null || at > until) throw error;
        await setTimeout(Math.max(0, at - Date.now()), undefined, { signal: this.#options.signal });
      }
    }
  }

  /** Whoever goes on asking while he was told to wait is shut out for longer. */
  async #heedLimit(): Promise<void> {
    const retryAt = await this.#copies.limitedUntil();
    if (Date.now() >= retryAt) return;
    throw new GithubFailure(
      "limited",
      `GitHub has asked to be left alone until ${new Date(retryAt).toISOString()}, so that ${nameOfSource(this.#source)} was not looked up`,
      "Wait until then; a token (GITHUB_TOKEN) allows more questions.",
      { retryAt },
    );
  }
}

/** A second attempt for what may be over in a moment. */
function nextTry({ reason }: GithubFailure, attempt: number): number | null {
  return attempt === 1 && (reason === "unreachable" || reason === "failing") ? Date.now() + AGAIN_MS : null;
}
