import { statSync } from "node:fs";
import { basename, join } from "node:path";
import type { FSWatcher } from "chokidar";
import type * as Chokidar from "chokidar";
import { Burst } from "./burst.ts";
import { concerned, globBase, isIgnored } from "./concerned.ts";
import { watchNotice } from "./watch-notice.ts";
import type { WatchedAgent, WatchEvent, WatchNotice } from "./watched-agent.ts";

/** Watches the files of a run. */
export interface Watcher {
  /** The agent is now made of these files (after each build), or is new. */
  update(agent: WatchedAgent): void;
  /** The agent has left the config. */
  remove(name: string): void;
  /** The config is now made of these files, last read at `since` (ms since 1970). */
  updateConfig(files: readonly string[], since: number): void;
  /** Gives every handle and timer back; no event comes after. */
  close(): Promise<void>;
}

/** What is watched at first, and who is told. */
export interface WatcherOptions {
  /** Absolute folder of the project. */
  readonly root: string;
  /** The files that the config is made of, and when they were read. */
  readonly config: { readonly files: readonly string[]; readonly since: number };
  readonly agents: readonly WatchedAgent[];
  readonly onEvent: (event: WatchEvent) => void;
  /** The first change of what will be one `agent-saved`: what takes time can begin while the burst is waited for. */
  readonly onTouched?: (agent: string) => void;
  readonly onNotice: (notice: WatchNotice) => void;
}

const LIMITS = { quietMs: 30, atMostMs: 500 };
/** The clock of a file system lags behind by up to one tick. */
const CLOCK_STEP_MS = 20;

/** Resolves once everything is watched. What was saved between `since` and then is told as well. */
export async function createWatcher(options: WatcherOptions): Promise<Watcher> {
  const { watch } = await import("chokidar");
  const watcher = new ChokidarWatcher(options);
  await watcher.open(watch);
  return watcher;
}

class ChokidarWatcher implements Watcher {
  readonly #options: WatcherOptions;
  readonly #agents = new Map<string, WatchedAgent>();
  readonly #burst = new Burst(LIMITS, () => this.#tell());
  readonly #told = new Set<string>();
  readonly #named = new Set<string>();
  /** What each file looked like when it was last told, null when it was gone. */
  readonly #numbers = new Map<string, string | null>();
  readonly #saved = new Set<string>();
  #config: WatcherOptions["config"];
  #configSaved = false;
  #files: FSWatcher | null = null;

  constructor(options: WatcherOptions) {
    this.#options = options;
    this.#config = options.config;
  }

  async open(watch: typeof Chokidar.watch): Promise<void> {
    const { root, agents, config } = this.#options;
    const files = watch([], {
      ignored: (path, stats) => {
        if (this.#named.has(path)) return false;
        const hidden = stats?.isDirectory() === true && basename(path).startsWith(".");
        return hidden || isIgnored(path, root);
      },
    });
    this.#files = files;
    files.on("all", (event, path) => this.#seen(event, path));
    files.on("raw", (_, name, details) => this.#stirred(name, details));
    files.on("error", (error) => this.#failed(error));
    const ready = new Promise<void>((resolve) => files.once("ready", resolve));
    for (const agent of agents) this.#agents.set(agent.name, agent);
    this.#add([...config.files, ...agents.flatMap((agent) => pathsOf(agent, root))]);
    await ready;
  }

  update(agent: WatchedAgent): void {
    const before = this.#agents.get(agent.name);
    this.#agents.set(agent.name, agent);
    this.#add(pathsOf(agent, this.#options.root));
    // Files it did not have before may have been seen already, for another agent: no further event comes for those.
    const known = new Set(before?.files);
    if (agent.files.some((file) => !known.has(file) && isNewer(file, agent.since))) this.#mark(agent.name);
  }

  remove(name: string): void {
    this.#agents.delete(name);
    this.#saved.delete(name);
  }

  updateConfig(files: readonly string[], since: number): void {
    const known = new Set(this.#config.files);
    this.#config = { files, since };
    this.#add(files);
    if (files.some((file) => !known.has(file) && isNewer(file, since))) this.#markConfig();
  }

  async close(): Promise<void> {
    this.#burst.cancel();
    this.#agents.clear();
    this.#config = { files: [], since: 0 };
    await this.#files?.close();
  }

  #add(paths: readonly string[]): void {
    for (const path of paths) this.#named.add(path);
    this.#files?.add([...new Set(paths)]);
  }

  /**
   * What the system says, before chokidar has made it an event: that holds back a second change of a file for 50 ms, which
   * is longer than a burst may take. The path is relative to the watched folder, or the name of the watched file.
   */
  #stirred(name: unknown, details: unknown): void {
    if (typeof name !== "string" || typeof details !== "object" || details === null) return;
    if (!("watchedPath" in details) || typeof details.watchedPath !== "string") return;
    const watched = details.watchedPath;
    for (const path of new Set([watched, join(watched, name)])) {
      if (this.#numbers.has(path)) this.#seen("change", path);
    }
  }

  /** `add` also comes for each file that is there when watching begins. */
  #seen(event: string, path: string): void {
    if (event === "addDir" || event === "unlinkDir") return;
    const numbers = numbersOf(path);
    if (this.#numbers.get(path) === numbers) return;
    // Gone for a moment, as in an atomic save, or for good: chokidar waits and tells.
    if (numbers === null && event !== "unlink") return;
    this.#numbers.set(path, numbers);
    const isNew = (since: number): boolean => event !== "add" || isNewer(path, since);
    if (this.#config.files.includes(path) && isNew(this.#config.since)) this.#markConfig();
    for (const agent of concerned(path, this.#agents.values(), this.#options.root)) {
      if (isNew(agent.since)) this.#mark(agent.name);
    }
  }

  #mark(agent: string): void {
    const isFirst = !this.#saved.has(agent);
    this.#saved.add(agent);
    this.#burst.add();
    if (isFirst) this.#options.onTouched?.(agent);
  }

  #markConfig(): void {
    this.#configSaved = true;
    this.#burst.add();
  }

  #tell(): void {
    const agents = [...this.#saved];
    const config = this.#configSaved;
    this.#saved.clear();
    this.#configSaved = false;
    if (config) this.#options.onEvent({ type: "config-saved" });
    if (agents.length > 0) this.#options.onEvent({ type: "agent-saved", agents });
  }

  #failed(error: unknown): void {
    const { key, ...notice } = watchNotice(error);
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#options.onNotice(notice);
  }
}

function pathsOf({ files, globs, folder }: WatchedAgent, root: string): readonly string[] {
  return [...files, ...(folder === null ? [] : [folder]), ...globs.map((glob) => globBase(glob, root))];
}

function numbersOf(file: string): string | null {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? null : `${stat.mtimeMs} ${stat.ctimeMs} ${stat.size} ${stat.ino}`;
}

function isNewer(file: string, since: number): boolean {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat !== undefined && stat.ctimeMs > since - CLOCK_STEP_MS;
}
