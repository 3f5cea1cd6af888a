import { realpathSync, rmSync } from "node:fs";
import type { AgentManifest } from "./agent-manifest.ts";
import {
  bundleFolder,
  keep,
  outputFiles,
  readManifest,
  requestKey,
  reuse,
  toBundle,
} from "./agent-manifest.ts";
import type { Bundle, BundlePlace, BundleRequest } from "./bundle.ts";
import { cacheKey } from "./cache-key.ts";
import type { DependencySet } from "./dependency-set.ts";
import { DependencyStore } from "./dependency-store.ts";
import { assertEntry, brokenEntry, isBuildFailure } from "./entry-errors.ts";
import { releaseEsbuild } from "./esbuild-service.ts";
import type { Launch } from "./launch.ts";
import { launchOf } from "./launch.ts";
import { missingFiles } from "./missing-files.ts";
import { OwnBuild } from "./own-build.ts";
import type { OwnPass } from "./own-plugin.ts";
import { pruneCache } from "./prune.ts";

/** Makes runnable programs of agents' entries, and keeps them as long as their sources stay the same. */
export interface Bundler {
  /**
   * The program for an entry as it is on disk now. Unchanged since the last time, in this run or an earlier one, it costs
   * a few milliseconds. Rejects with AGENTS_ENTRY_NOT_FOUND, AGENTS_ENTRY_BROKEN (file:line:column, the line) or
   * AGENTS_STATE_BROKEN. Calls for one agent run one after the other.
   */
  prepare(agent: string, entry: string, options?: { readonly external?: readonly string[] }): Promise<Bundle>;
  /** The own files that the agent's last build read; when it failed, also those it did not find: what to watch. */
  inputs(agent: string): readonly string[];
  /** How a bundle is run: `node ...args` with `env`. */
  launch(bundle: Bundle): Launch;
  /** Drops what is kept in memory for an agent that has left the config. */
  forget(agent: string): Promise<void>;
  /** Cuts builds under way, which reject, and gives everything back. */
  close(): Promise<void>;
}

/** Where bundles are made; `conditions` default to none. */
export type BundlerOptions = Pick<BundlePlace, "root" | "cacheDir"> & {
  readonly conditions?: readonly string[];
};

/** How long esbuild's child process stays after the last build. */
const IDLE_MS = 30_000;
/** A save is prepared when it is noticed, and again when it is told: packages are looked at for both at once. */
const SAVE_MS = 250;
/** Bundles of one agent that stay on disk during a run: the one that runs, the one that is about to, and one more. */
const RECENT = 3;
/** One to see what is needed, one with it; more only when a source changes in between. */
const PASSES = 6;

const CLOSED = new Error("the bundler is closed");

interface AgentWork {
  readonly key: string;
  readonly own: OwnBuild;
}

export function createBundler(options: BundlerOptions): Bundler {
  return new CachedBundler(options);
}

class CachedBundler implements Bundler {
  readonly #place: BundlePlace;
  readonly #stores = new Map<string, DependencyStore>();
  readonly #work = new Map<string, AgentWork>();
  readonly #inputs = new Map<string, readonly string[]>();
  readonly #recent = new Map<string, readonly AgentManifest[]>();
  readonly #queues = new Map<string, Promise<unknown>>();
  #key: string | null = null;
  #busy = 0;
  #heavy = false;
  #idle: NodeJS.Timeout | null = null;
  readonly #closing = new AbortController();

  constructor({ root, cacheDir, conditions = [] }: BundlerOptions) {
    this.#place = { root: realpathSync(root), cacheDir, conditions, signal: this.#closing.signal };
  }

  prepare(
    agent: string,
    entry: string,
    { external = [] }: { readonly external?: readonly string[] } = {},
  ): Promise<Bundle> {
    if (this.#closing.signal.aborted) return Promise.reject(CLOSED);
    const before = this.#queues.get(agent) ?? Promise.resolve();
    const next = before.then(() => this.#prepare({ agent, entry, external }));
    this.#queues.set(
      agent,
      next.catch(() => undefined), // the caller has the failure; the next in line starts anyway
    );
    return next;
  }

  inputs(agent: string): readonly string[] {
    return this.#inputs.get(agent) ?? [];
  }

  launch(bundle: Bundle): Launch {
    return launchOf(bundle, this.#place);
  }

  async forget(agent: string): Promise<void> {
    await this.#queues.get(agent);
    await this.#work.get(agent)?.own.dispose();
    for (const map of [this.#queues, this.#work, this.#inputs, this.#recent]) map.delete(agent);
  }

  async close(): Promise<void> {
    this.#closing.abort(CLOSED);
    await Promise.all([...this.#queues.keys()].map((agent) => this.forget(agent)));
    if (this.#idle !== null) clearTimeout(this.#idle);
    await releaseEsbuild();
  }

  async #prepare(asked: BundleRequest): Promise<Bundle> {
    assertEntry(asked, this.#place.root);
    const request = { ...asked, entry: realpathSync(asked.entry) };
    const key = requestKey(this.#cacheKey(), request);
    const store = this.#store(request.external);
    const manifest = readManifest(this.#place, request.agent);
    const reused = manifest?.key === key ? this.#reuse(request.agent, manifest, store) : null;
    if (reused !== null) return reused;
    return await this.#whileBusy(() => this.#build(request, key, store, manifest?.dependencies ?? null));
  }

  #reuse(agent: string, manifest: AgentManifest, store: DependencyStore): Bundle | null {
    // Own files first: there are few of them, and they are what changes.
    const same = reuse(this.#place, agent, manifest);
    if (same === null) return null;
    if (manifest.dependencies !== null && !store.isFreshSince(manifest.dependencies, SAVE_MS)) return null;
    return this.#remember(agent, same);
  }

  async #build(
    request: BundleRequest,
    key: string,
    store: DependencyStore,
    last: string | null,
  ): Promise<Bundle> {
    const { agent } = request;
    const { own } = await this.#workFor(request, key);
    const asked = store.announce();
    try {
      let set = (last === null ? null : store.fresh(last)) ?? store.fresh(null);
      if (set === null) own.packagesChanged();
      for (let passes = 1; ; passes += 1) {
        const pass = newPass(store, set);
        const outputs = await this.#run(own, agent, pass);
        if ([...pass.needed].every((file) => set?.entries.has(file) === true)) {
          const built = { key, outputs, read: pass.read, external: pass.external, dependencies: set };
          return this.#remember(agent, keep(this.#place, agent, built));
        }
        if (passes === PASSES)
          throw new Error(`${agent}: no set of dependencies has ${[...pass.needed].join(", ")}`);
        const covering = store.cover(agent, pass.needed);
        asked();
        const builds = store.built;
        set = await covering;
        if (store.built > builds) this.#heavy = true;
      }
    } finally {
      asked();
    }
  }

  async #run(own: OwnBuild, agent: string, pass: OwnPass): ReturnType<OwnBuild["run"]> {
    try {
      return await own.run(pass);
    } catch (error) {
      if (!isBuildFailure(error)) throw error;
      // What it was made of before counts too: the file to be saved next may be one that was not reached.
      const missing = missingFiles(error.errors, this.#place.root);
      this.#inputs.set(
        agent,
        [...new Set([...this.inputs(agent), ...pass.read.keys(), ...missing])].toSorted(),
      );
      throw brokenEntry(agent, error.errors, this.#place.root);
    }
  }

  async #workFor(request: BundleRequest, key: string): Promise<AgentWork> {
    const known = this.#work.get(request.agent);
    if (known?.key === key) return known;
    await known?.own.dispose();
    const work = { key, own: new OwnBuild(this.#place, request, bundleFolder(request.agent, key)) };
    this.#work.set(request.agent, work);
    return work;
  }

  /** What the bundle before the last one needed and nobody else does is removed: its process is long gone. */
  #remember(agent: string, manifest: AgentManifest): Bundle {
    const bundle = toBundle(this.#place, manifest);
    this.#inputs.set(agent, bundle.inputs);
    const recent = (this.#recent.get(agent) ?? []).filter(({ hash }) => hash !== manifest.hash);
    const kept = [manifest, ...recent].slice(0, RECENT);
    this.#recent.set(agent, kept);
    const needed = new Set(kept.flatMap((each) => outputFiles(this.#place, each)));
    for (const old of recent.slice(RECENT - 1)) {
      for (const file of outputFiles(this.#place, old)) if (!needed.has(file)) rmSync(file, { force: true });
    }
    return bundle;
  }

  #store(external: readonly string[]): DependencyStore {
    const name = [...new Set(external)].toSorted().join("\n");
    const store = this.#stores.get(name) ?? new DependencyStore(this.#place, this.#cacheKey(), external);
    this.#stores.set(name, store);
    return store;
  }

  /** Also the moment of the run's first look at the cache. */
  #cacheKey(): string {
    if (this.#key === null) {
      this.#key = cacheKey(this.#place);
      pruneCache(this.#place, Date.now());
    }
    return this.#key;
  }

  async #whileBusy<T>(work: () => Promise<T>): Promise<T> {
    this.#busy += 1;
    if (this.#idle !== null) clearTimeout(this.#idle);
    try {
      return await work();
    } finally {
      this.#busy -= 1;
      if (this.#busy === 0) await this.#rest();
    }
  }

  /** After dependencies were built esbuild holds a quarter of a gigabyte: it goes at once. Otherwise it may stay for the next save. */
  async #rest(): Promise<void> {
    if (this.#heavy) {
      this.#heavy = false;
      await releaseEsbuild();
      return;
    }
    this.#idle = setTimeout(() => void releaseEsbuild(), IDLE_MS).unref();
  }
}

function newPass(store: DependencyStore, set: DependencySet | null): OwnPass {
  return {
    read: new Map(),
    needed: new Set(),
    external: new Set(),
    find: (file) => set?.entries.get(file) ?? null,
    isExternal: (name) => store.asked.has(name) || set?.external.has(name) === true,
  };
}
