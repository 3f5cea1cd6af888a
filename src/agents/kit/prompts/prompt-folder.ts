import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Logger } from "../log/logger.ts";
import { PromptBroken } from "./prompt-broken.ts";
import { PromptNotFound } from "./prompt.ts";
import type { Prompt, PromptRegistry, PromptStatus } from "./prompt.ts";
import { readPrompt } from "./prompt-file.ts";
import { parseAsk, parseFileName } from "./prompt-name.ts";
import { readText } from "./read-text.ts";

const TICK_MS = 20;
/** A broken file that was written longer ago than this is no half of a save. */
const SETTLED_MS = 100;
const SETTLE_MS = 25;
const SETTLE_TRIES = 4;

/** What is known of one file. */
interface Entry {
  /** Of the file that was read last: see {@link stampOf}. */
  readonly stamp: string;
  /** The last good version. */
  readonly prompt: Prompt | null;
  /** What is wrong with the file as it stands. */
  readonly problem: string | null;
}

/** A reading that is under way may have seen what was there before: who asks now shares the one after it. */
interface Reading {
  readonly now: Promise<Entry | null>;
  next: Promise<Entry | null> | null;
}

/** How a folder of prompts is used. */
interface PromptFolderOptions {
  readonly agent: string;
  readonly folder: string;
  /** True: files are read once and never looked at again. */
  readonly frozen: boolean;
  readonly log: Logger;
}

/**
 * The prompts of one agent: `<folder>/<name>.yaml` and their frozen versions `<name>@<version>.yaml`, read on first use. A
 * changed file is used by the next call; a broken one leaves the last good version in use and is reported with line and
 * column. Calls under way keep the version they have: a {@link Prompt} never changes.
 */
export class PromptFolder implements PromptRegistry {
  readonly #options: PromptFolderOptions;
  /** By the name of the file. */
  readonly #entries = new Map<string, Entry>();
  readonly #reading = new Map<string, Reading>();
  #scanned: Promise<void> | null = null;

  constructor(options: PromptFolderOptions) {
    this.#options = options;
  }

  async get(asked: string): Promise<Prompt> {
    const { name, version } = parseAsk(asked);
    await this.#lookAgain(name);
    const files = this.#filesOf(name);
    const good = files.flatMap(({ prompt, frozen }) => (prompt === null ? [] : [{ prompt, frozen }]));
    const [first] = good;
    if (first !== undefined && good.length === 1 && version === null) return first.prompt;
    const { chooseVersion, misaskedVersion } = await import("./choose-version.ts");
    const chosen = chooseVersion(version, good);
    if (chosen !== null) return chosen;
    const misasked = version === null ? null : misaskedVersion(version);
    throw this.#notFound(asked, name, misasked);
  }

  async list(): Promise<readonly PromptStatus[]> {
    await this.#scan();
    return [...this.#entries]
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(([file, entry]) => this.#status(file, entry));
  }

  /**
   * What is wrong with the files as they are now, in one line; null while nothing is. Before the first use nothing is read for
   * it: a start is not the time for that.
   */
  async warning(): Promise<string | null> {
    if (this.#scanned === null) return null;
    if (!this.#options.frozen) {
      const files = new Set([...this.#entries.keys(), ...(await this.#files())]);
      await Promise.all([...files].map((file) => this.refresh(file)));
    }
    const broken = [...this.#entries.values()].filter(({ problem }) => problem !== null);
    const [first] = broken;
    if (first === undefined) return null;
    const more = broken.length > 1 ? ` (and ${broken.length - 1} more)` : "";
    return `${first.problem}${more}; ${keptOf(first)}`;
  }

  /** Reads a file of the folder again if it has changed. Null when there is no such file. */
  refresh(file: string): Promise<Entry | null> {
    const under = this.#reading.get(file);
    if (under === undefined) return this.#begin(file);
    const again = (): Promise<Entry | null> => this.#begin(file);
    return (under.next ??= under.now.then(again, again));
  }

  #begin(file: string): Promise<Entry | null> {
    const now = this.#refresh(file).finally(() => {
      if (reading.next === null) this.#reading.delete(file);
    });
    const reading: Reading = { now, next: null };
    this.#reading.set(file, reading);
    return now;
  }

  #filesOf(name: string) {
    return [...this.#entries].flatMap(([file, entry]) => {
      const named = parseFileName(file);
      return named?.name === name ? [{ ...entry, file, frozen: named.frozen !== null }] : [];
    });
  }

  /** The files of one prompt as they are now; those of production as they were. */
  async #lookAgain(name: string): Promise<void> {
    await this.#scan();
    if (this.#options.frozen && this.#filesOf(name).length > 0) return;
    const files = new Set(this.#filesOf(name).map(({ file }) => file));
    for (const file of await this.#files()) if (parseFileName(file)?.name === name) files.add(file);
    await Promise.all([...files].map((file) => this.refresh(file)));
  }

  #notFound(asked: string, name: string, misasked: string | null): PromptNotFound {
    const { agent, folder } = this.#options;
    const files = this.#filesOf(name);
    const broken = files.find(({ problem, prompt }) => problem !== null && prompt === null);
    if (misasked !== null) return new PromptNotFound(`The prompt ${asked} of ${agent}: ${misasked}.`);
    if (broken !== undefined)
      return new PromptNotFound(`The prompt ${asked} of ${agent} is broken: ${broken.problem}`);
    if (files.length > 0) {
      const there = files.flatMap(({ prompt }) =>
        prompt === null ? [] : [[prompt.version, ...prompt.labels].join(" ")],
      );
      return new PromptNotFound(`${agent} has no "${asked}"; of ${name} there is ${there.join(", ")}.`);
    }
    const names = new Set([...this.#entries.keys()].map((file) => parseFileName(file)?.name));
    return new PromptNotFound(
      `${agent} has no prompt "${asked}": expected the file ${join(folder, `${name}.yaml`)}. ` +
        `There is ${[...names].join(", ") || "none at all"}.`,
    );
  }

  async #refresh(file: string): Promise<Entry | null> {
    const { folder, log, agent } = this.#options;
    const before = this.#entries.get(file);
    try {
      const path = join(folder, file);
      const stamp = await stampOf(path);
      if (before?.stamp === stamp) return before;
      const entry = await this.#readSaved(path, stamp, before);
      this.#entries.set(file, entry);
      if (before?.prompt?.ref === entry.prompt?.ref && before?.problem === entry.problem) return entry;
      if (entry.problem !== null) {
        log.error("a prompt file is broken", { agent, problem: entry.problem, kept: keptOf(entry) });
      } else if (before !== undefined && entry.prompt !== null) {
        log.info("a prompt was reloaded", { prompt: entry.prompt.ref });
      }
      return entry;
    } catch (error) {
      if (!isMissing(error)) throw error;
      if (before === undefined) return null;
      // Removed, or in the middle of being replaced by an editor: what was good stays good until the process ends.
      const kept = before.prompt === null ? null : { ...before, problem: null };
      if (kept === null) this.#entries.delete(file);
      else this.#entries.set(file, kept);
      return kept;
    }
  }

  /** An editor may be in the middle of it: what was cut off is read again before it is called broken. */
  async #readSaved(file: string, stamp: string, before: Entry | undefined): Promise<Entry> {
    let entry = await this.#read(file, stamp, before);
    for (let tries = 0; entry.problem !== null && tries < SETTLE_TRIES; tries += 1) {
      if (Date.now() - (await stat(file)).mtimeMs > SETTLED_MS) break;
      await setTimeout(SETTLE_MS);
      entry = await this.#read(file, await stampOf(file), before);
    }
    return entry;
  }

  async #read(file: string, stamp: string, before: Entry | undefined): Promise<Entry> {
    try {
      const text = await readText(file, file);
      return { stamp, prompt: await readPrompt(file, text), problem: null };
    } catch (error) {
      if (!(error instanceof PromptBroken)) throw error;
      return { stamp, prompt: before?.prompt ?? null, problem: error.message };
    }
  }

  #scan(): Promise<void> {
    this.#scanned ??= this.#files().then(async (files) => {
      await Promise.all(files.map((file) => this.refresh(file)));
    });
    return this.#scanned;
  }

  async #files(): Promise<readonly string[]> {
    try {
      return (await readdir(this.#options.folder)).filter((file) => parseFileName(file) !== null).toSorted();
    } catch (error) {
      if (!isMissing(error)) throw error;
      return [];
    }
  }

  #status(file: string, { prompt, problem }: Entry): PromptStatus {
    const name = parseFileName(file)?.stem ?? file;
    const path = join(this.#options.folder, file);
    if (problem !== null) return { at: "broken", file: path, name, ref: prompt?.ref ?? null, problem };
    return { at: "ready", file: path, name, ref: prompt?.ref ?? "" };
  }
}

function keptOf({ prompt }: Entry): string {
  return prompt === null ? "there is no earlier version to use" : `still using ${prompt.ref}`;
}

/**
 * What tells two states of a file apart. Two saves within one tick of the file system's clock look alike: what was saved just
 * now is looked at again.
 */
async function stampOf(file: string): Promise<string> {
  const { ino, size, mtimeMs, ctimeMs } = await stat(file);
  const isFresh = Math.abs(Date.now() - mtimeMs) < TICK_MS;
  return `${ino}:${size}:${mtimeMs}:${ctimeMs}${isFresh ? `:${performance.now()}` : ""}`;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
