import { readFileSync } from "node:fs";
import { join } from "node:path";
import { dependenciesDir } from "./build-options.ts";
import type { BundlePlace } from "./bundle.ts";
import { buildDependencies } from "./dependency-build.ts";
import type { DependencySet } from "./dependency-set.ts";
import { isFresh, isKept, loadSet, storeSet } from "./dependency-set.ts";
import { writeFileWhole } from "./files.ts";
import { contentHash } from "./fingerprint.ts";
import { packageOf } from "./packages.ts";

/** Agents that start together ask within a moment of each other; the files are looked at once for all of them. */
const CHECK_LASTS_MS = 25;

interface Batch {
  readonly needed: Set<string>;
  readonly done: PromiseWithResolvers<DependencySet>;
}

/**
 * The built dependencies that the agents of a project share: built together, since six agents that use the same packages
 * then load the same files, compiled once. Agents that are being looked at at the same moment are waited for.
 */
export class DependencyStore {
  readonly #place: BundlePlace;
  readonly #key: string;
  readonly #asked: ReadonlySet<string>;
  readonly #pointer: string;
  /** What the agents of this run import, so that a new set has it all and nothing that is no longer used. */
  readonly #neededBy = new Map<string, ReadonlySet<string>>();
  readonly #checks = new Map<string, { readonly at: number; readonly fresh: boolean }>();
  /** By hash. Reading one takes as long as looking at all of its files, and each agent asks for it. */
  readonly #loaded = new Map<string, DependencySet>();
  /** Hash of the newest set; null: nothing was built here yet; undefined: not looked up yet. */
  #current: string | null | undefined;
  #batch: Batch | null = null;
  #looking = 0;
  #building = false;
  #built = 0;

  constructor(place: BundlePlace, key: string, external: readonly string[]) {
    this.#place = place;
    this.#asked = new Set(external);
    this.#key = contentHash(JSON.stringify([key, [...this.#asked].toSorted()]));
    this.#pointer = join(dependenciesDir(place), `current-${this.#key.slice(0, 16)}`);
  }

  /** How often dependencies were built; after that esbuild keeps much memory. */
  get built(): number {
    return this.#built;
  }

  get asked(): ReadonlySet<string> {
    return this.#asked;
  }

  /** The set with this hash, or the newest one, if its packages are still what they were. */
  fresh(hash: string | null): DependencySet | null {
    const set = hash === null ? this.#newest() : this.#set(hash);
    return set !== null && this.#isFresh(set, CHECK_LASTS_MS) ? set : null;
  }

  /** Whether the packages of the set with this hash were what they are in it, when they were last looked at, `withinMs` ago at most. */
  isFreshSince(hash: string, withinMs: number): boolean {
    const set = this.#set(hash);
    return set !== null && this.#isFresh(set, withinMs);
  }

  /** Says that an agent is about to ask; call the function it returns once it has, or never will. */
  announce(): () => void {
    this.#looking += 1;
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      this.#looking -= 1;
      void this.#flush();
    };
  }

  /** A set that has all of `needed`: at hand, or built now. Rejects with AGENTS_ENTRY_BROKEN. */
  async cover(agent: string, needed: ReadonlySet<string>): Promise<DependencySet> {
    this.#neededBy.set(agent, new Set(needed));
    const newest = this.fresh(null);
    if (newest !== null && this.#covers(newest, needed)) return newest;
    this.#batch ??= { needed: new Set(), done: Promise.withResolvers() };
    const { done } = this.#batch;
    for (const file of needed) this.#batch.needed.add(file);
    void this.#flush();
    return await done.promise;
  }

  #covers(set: DependencySet, needed: ReadonlySet<string>): boolean {
    return [...needed].every(
      (file) => set.entries.has(file) || set.external.has(packageOf(file, this.#place.root)?.name ?? ""),
    );
  }

  async #flush(): Promise<void> {
    const batch = this.#batch;
    if (batch === null || this.#building || this.#looking > 0) return;
    this.#batch = null;
    this.#building = true;
    try {
      const needed = new Set(
        [...this.#neededBy.values()].flatMap((files) => [...files]).concat([...batch.needed]),
      );
      const startedAt = Date.now();
      const built = await buildDependencies(this.#place, [...needed].toSorted(), this.#asked);
      this.#built += 1;
      const set = storeSet(this.#place, this.#key, built, startedAt);
      writeFileWhole(this.#pointer, set.hash);
      this.#current = set.hash;
      this.#loaded.clear();
      this.#loaded.set(set.hash, set);
      this.#checks.set(set.hash, { at: performance.now(), fresh: true });
      batch.done.resolve(set);
    } catch (error) {
      batch.done.reject(error);
    } finally {
      this.#building = false;
      void this.#flush();
    }
  }

  #newest(): DependencySet | null {
    if (this.#current === undefined) {
      try {
        this.#current = readFileSync(this.#pointer, "utf8");
      } catch {
        this.#current = null;
      }
    }
    return this.#current === null ? null : this.#set(this.#current);
  }

  #set(hash: string): DependencySet | null {
    const known = this.#loaded.get(hash);
    if (known !== undefined && isKept(this.#place, hash)) return known;
    const set = loadSet(this.#place, this.#key, hash);
    if (set === null) this.#loaded.delete(hash);
    else this.#loaded.set(hash, set);
    return set;
  }

  #isFresh(set: DependencySet, withinMs: number): boolean {
    const known = this.#checks.get(set.hash);
    if (known !== undefined && performance.now() - known.at < withinMs) return known.fresh;
    const fresh = isFresh(set);
    this.#checks.set(set.hash, { at: performance.now(), fresh });
    return fresh;
  }
}
