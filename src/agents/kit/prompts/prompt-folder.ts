import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "../log/logger.ts";
import { PromptBroken } from "./prompt-broken.ts";
import { PromptNotFound } from "./prompt.ts";
import type { Prompt, PromptRegistry, PromptStatus } from "./prompt.ts";
import { readPrompt } from "./prompt-file.ts";

/** What is known of one file. */
interface Entry {
  /** Size and time of the file that was read last. */
  readonly stamp: string;
  /** The last good version. */
  readonly prompt: Prompt | null;
  /** What is wrong with the file as it stands. */
  readonly problem: string | null;
}

const PROMPT_FILE = /^[^_.].*\.ya?ml$/;

/** How a folder of prompts is used. */
interface PromptFolderOptions {
  readonly agent: string;
  readonly folder: string;
  /** True: files are read once and never looked at again. */
  readonly frozen: boolean;
  readonly log: Logger;
}

/**
 * The prompts of one agent: `<folder>/<name>.yaml`, read on first use. A changed file is used by the next call; a broken
 * one leaves the last good version in use and is reported with line and column. Calls under way keep the version they
 * have: a {@link Prompt} never changes.
 */
export class PromptFolder implements PromptRegistry {
  readonly #options: PromptFolderOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #reading = new Map<string, Promise<Entry | null>>();
  #scanned: Promise<void> | null = null;

  constructor(options: PromptFolderOptions) {
    this.#options = options;
  }

  async get(name: string): Promise<Prompt> {
    const { agent, folder, frozen } = this.#options;
    await this.#scan();
    const known = this.#entries.get(name);
    const entry = frozen && known !== undefined ? known : await this.refresh(name);
    if (entry?.prompt) return entry.prompt;
    if (entry?.problem)
      throw new PromptNotFound(`The prompt ${name} of ${agent} is broken: ${entry.problem}`);
    throw new PromptNotFound(
      `${agent} has no prompt "${name}": expected the file ${join(folder, `${name}.yaml`)}. ` +
        `There is ${[...this.#entries.keys()].join(", ") || "none at all"}.`,
    );
  }

  async list(): Promise<readonly PromptStatus[]> {
    await this.#scan();
    return [...this.#entries]
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(([name, entry]) => this.#status(name, entry));
  }

  /** Reads the file of a prompt again if it has changed. Null when there is no such file. */
  refresh(name: string): Promise<Entry | null> {
    const under = this.#reading.get(name);
    if (under !== undefined) return under;
    const reading = this.#refresh(name).finally(() => this.#reading.delete(name));
    this.#reading.set(name, reading);
    return reading;
  }

  async #refresh(name: string): Promise<Entry | null> {
    const { folder, log, agent } = this.#options;
    const file = join(folder, `${name}.yaml`);
    const before = this.#entries.get(name);
    try {
      const { size, mtimeMs } = await stat(file);
      const stamp = `${size}:${mtimeMs}`;
      if (before?.stamp === stamp) return before;
      const entry = await this.#read(file, stamp, before);
      this.#entries.set(name, entry);
      if (entry.problem !== null) {
        const kept =
          entry.prompt === null ? "there is no earlier version to use" : `still using ${entry.prompt.ref}`;
        log.error("a prompt file is broken", { agent, problem: entry.problem, kept });
      } else if (before !== undefined && entry.prompt !== null) {
        log.info("a prompt was reloaded", { prompt: entry.prompt.ref });
      }
      return entry;
    } catch (error) {
      if (!isMissing(error)) throw error;
      // Removed, or in the middle of being replaced by an editor: what was good stays good until the process ends.
      return before ?? null;
    }
  }

  async #read(file: string, stamp: string, before: Entry | undefined): Promise<Entry> {
    try {
      const text = await readFile(file, "utf8");
      return { stamp, prompt: await readPrompt(file, text), problem: null };
    } catch (error) {
      if (!(error instanceof PromptBroken)) throw error;
      return { stamp, prompt: before?.prompt ?? null, problem: error.message };
    }
  }

  #scan(): Promise<void> {
    this.#scanned ??= this.#scanOnce();
    return this.#scanned;
  }

  async #scanOnce(): Promise<void> {
    try {
      const files = await readdir(this.#options.folder);
      const names = files
        .filter((file) => PROMPT_FILE.test(file))
        .map((file) => file.replace(/\.ya?ml$/, ""));
      await Promise.all(names.map((name) => this.refresh(name)));
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }

  #status(name: string, { prompt, problem }: Entry): PromptStatus {
    const file = prompt?.file ?? join(this.#options.folder, `${name}.yaml`);
    if (problem !== null) return { at: "broken", file, name, ref: prompt?.ref ?? null, problem };
    return { at: "ready", file, name, ref: prompt?.ref ?? "" };
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
