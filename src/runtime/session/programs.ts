import { assertEnvironments } from "../config/secrets.ts";
import type { ResolvedAgent } from "../model/resolved.ts";
import type { Bundle } from "../resources/bundle/bundle.ts";
import type { Bundler } from "../resources/bundle/bundler.ts";
import type { Launch } from "../resources/bundle/launch.ts";

/** A build of an agent's program is over: what it is made of may be other files now. */
export interface Built {
  readonly agent: string;
  /** Its sources were read at this time or later, in ms since 1970. */
  readonly readAt: number;
  readonly isBroken: boolean;
}

/** The present program of each agent that is bundled. A crash starts the same program again; only a save or a person makes a new one. */
export class Programs {
  readonly #bundler: Bundler;
  readonly #bundles = new Map<string, Bundle>();
  readonly #listeners = new Set<(built: Built) => void>();

  constructor(bundler: Bundler) {
    this.#bundler = bundler;
  }

  /**
   * Makes the programs from the sources as they are now; what they cannot start without is looked for first, for all of
   * them at once.
   *
   * @throws AgentsError AGENTS_CONFIG_INVALID for an env file or the secrets that are missing, AGENTS_ENTRY_NOT_FOUND,
   * AGENTS_ENTRY_BROKEN; a present program stays what it is.
   */
  async prepare(...agents: readonly ResolvedAgent[]): Promise<void> {
    assertEnvironments(agents, process.env);
    await Promise.all(agents.map(async (agent) => await this.#build(agent)));
  }

  async #build(agent: ResolvedAgent): Promise<void> {
    if (agent.run.by !== "entry") return;
    const { entry, external } = agent.run;
    const readAt = Date.now();
    try {
      this.#bundles.set(agent.name, await this.#bundler.prepare(agent.name, entry, { external }));
    } catch (error) {
      this.#announce({ agent: agent.name, readAt, isBroken: true });
      throw error;
    }
    this.#announce({ agent: agent.name, readAt, isBroken: false });
  }

  /** Told every build, whoever asked for it. */
  onBuilt(listener: (built: Built) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** How the present program is run. */
  async launch(agent: ResolvedAgent): Promise<Launch> {
    if (!this.#bundles.has(agent.name)) await this.prepare(agent);
    const bundle = this.#bundles.get(agent.name);
    if (bundle === undefined) throw new Error(`${agent.name} has no entry to launch`);
    return this.#bundler.launch(bundle);
  }

  /** The project's own files that the program is made of. */
  inputs(agent: string): readonly string[] {
    return this.#bundler.inputs(agent);
  }

  async forget(agent: string): Promise<void> {
    this.#bundles.delete(agent);
    await this.#bundler.forget(agent);
  }

  async close(): Promise<void> {
    await this.#bundler.close();
  }

  #announce(built: Built): void {
    for (const listener of this.#listeners) listener(built);
  }
}
