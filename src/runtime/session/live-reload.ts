import { basename, dirname } from "node:path";
import { loadFresh } from "../config/load-fresh.ts";
import type { LoadedConfig } from "../config/loaded-config.ts";
import type { ResolvedAgent } from "../model/resolved.ts";
import { commandFiles } from "../watch/command-files.ts";
import type { Reloader } from "../watch/reloader.ts";
import { createReloader } from "../watch/reloader.ts";
import type { Watcher } from "../watch/watcher.ts";
import { createWatcher } from "../watch/watcher.ts";
import type { WatchedAgent } from "../watch/watched-agent.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import type { ConfigChanges } from "./apply-config.ts";
import type { Built, Programs } from "./programs.ts";
import type { System } from "./system.ts";
import type { Teller } from "./teller.ts";

export interface LiveReloadParts {
  readonly loaded: LoadedConfig;
  /** When the config and the sources were read, in ms since 1970. */
  readonly since: number;
  readonly system: System;
  readonly programs: Programs;
  readonly supervisor: Supervisor;
  readonly changes: ConfigChanges;
  readonly tell: Teller;
}

/** A restart is over once the new process is spawned: a save may be what mends a start that hangs. */
const NO_WAITING = AbortSignal.abort();

/** Saved sources restart their agents, a saved config touches what changed in it. Disposing waits for what is under way. */
export async function startLiveReload(parts: LiveReloadParts): Promise<AsyncDisposable> {
  const live = new LiveReload(parts);
  await live.open();
  return live;
}

class LiveReload implements AsyncDisposable {
  readonly #parts: LiveReloadParts;
  readonly #agents: Reloader;
  /** The config is one thing to reload, by the same rule: one at a time, the last save never lost. */
  readonly #config: Reloader;
  readonly #building: Disposable;
  /** What was built before anything is watched. */
  readonly #early = new Map<string, Built>();
  /** Whose last save could not be used: agents, and the config by its file. */
  readonly #broken = new Set<string>();
  #watcher: Watcher | null = null;

  constructor(parts: LiveReloadParts) {
    this.#parts = parts;
    const { programs, supervisor, system, tell } = parts;
    // What was saved while an agent was being built counts, so that it is watched from the time its sources were read.
    this.#building = programs.onBuilt((built) => {
      if (this.#watcher === null) this.#early.set(built.agent, built);
      else this.#watch(built.agent, built.readAt, built.isBroken);
    });
    this.#agents = createReloader<void>({
      build: async (name) => {
        const agent = system.agents.get(name);
        if (agent !== undefined) await programs.prepare(agent);
      },
      // Saved is saved: also a save that changes no code restarts, as it is how people ask for it.
      runs: () => false,
      restart: async (name) => {
        if (!system.agents.has(name)) return;
        await supervisor.restart([name], { cause: "watch", signal: NO_WAITING });
      },
      report: (report) => {
        switch (report.at) {
          case "broken":
            this.#broken.add(report.agent);
            tell.error(report.agent, report.error);
            return;
          case "restart-failed":
            tell.error(report.agent, report.error);
            return;
          case "restarted":
            if (this.#broken.delete(report.agent)) tell.info(`${report.agent} builds again.`);
            return;
          case "unchanged":
            return;
          default:
            report satisfies never;
        }
      },
    });
    this.#config = createReloader<{ readonly loaded: LoadedConfig; readonly readAt: number }>({
      build: async (file) => {
        const readAt = Date.now();
        return { loaded: await loadFresh(file), readAt };
      },
      runs: () => false,
      restart: async (_file, { loaded, readAt }) => {
        this.#watcher?.updateConfig(loaded.files, readAt);
        const { added, removed } = await parts.changes.apply(loaded.config);
        for (const name of removed) this.#watcher?.remove(name);
        for (const name of added) this.#watch(name, readAt, false);
      },
      report: (report) => {
        if (report.at === "broken" || report.at === "restart-failed") {
          this.#broken.add(report.agent);
          tell.error(null, report.error);
        } else if (this.#broken.delete(report.agent)) tell.info(`${basename(report.agent)} is right again.`);
      },
    });
  }

  async open(): Promise<void> {
    const { loaded, since, system, tell } = this.#parts;
    this.#watcher = await createWatcher({
      root: loaded.config.root,
      config: { files: loaded.files, since },
      agents: [...system.agents.values()].flatMap((agent) => this.#watched(agent, since, false)),
      onEvent: (event) => {
        if (event.type === "config-saved") this.#config.saved([loaded.config.file]);
        else this.#agents.saved(event.agents);
      },
      onTouched: (agent) => this.#prepareAhead(agent),
      onNotice: ({ message, hint }) => tell.warning(`${message} ${hint}`),
    });
    for (const { agent, readAt, isBroken } of this.#early.values()) this.#watch(agent, readAt, isBroken);
    this.#early.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#building[Symbol.dispose]();
    await this.#watcher?.close();
    await Promise.all([this.#agents.close(), this.#config.close()]);
  }

  /** While a burst is waited for; what comes of it counts when the save is told, from the sources as they are then. */
  #prepareAhead(name: string): void {
    const { system, programs } = this.#parts;
    const agent = system.agents.get(name);
    if (agent !== undefined) programs.prepare(agent).catch(() => undefined);
  }

  #watch(name: string, since: number, isBroken: boolean): void {
    const agent = this.#parts.system.agents.get(name);
    if (agent === undefined) return;
    for (const watched of this.#watched(agent, since, isBroken)) this.#watcher?.update(watched);
  }

  /** `watch: false` is never restarted by a save. */
  #watched(agent: ResolvedAgent, since: number, isBroken: boolean): readonly WatchedAgent[] {
    const { name, watch, run, envFile } = agent;
    if (watch === false) return [];
    const environment = envFile === null ? [] : [envFile];
    switch (run.by) {
      case "entry": {
        const folder = dirname(run.entry);
        const inputs = this.#parts.programs.inputs(name);
        return [
          {
            name,
            files: [...(inputs.length === 0 ? [run.entry] : inputs), ...environment],
            globs: watch,
            folder,
            brokenIn: isBroken ? folder : null,
            since,
          },
        ];
      }
      case "command":
        return [
          {
            name,
            files: [...commandFiles(run.command, run.cwd), ...environment],
            globs: watch,
            folder: null,
            brokenIn: null,
            since,
          },
        ];
      case "image":
        return [];
      default:
        return run satisfies never;
    }
  }
}
