import type { ResolvedAgent } from "../model/resolved.ts";
import type { Bundle } from "../resources/bundle/bundle.ts";
import type { Bundler } from "../resources/bundle/bundler.ts";
import type { Launch } from "../resources/bundle/launch.ts";

/** The present program of each agent that is bundled. A crash starts the same program again; only a save or a person makes a new one. */
export class Programs {
  readonly #bundler: Bundler;
  readonly #bundles = new Map<string, Bundle>();

  constructor(bundler: Bundler) {
    this.#bundler = bundler;
  }

  /**
   * Makes the program from the sources as they are now.
   *
   * @throws AgentsError AGENTS_ENTRY_NOT_FOUND, AGENTS_ENTRY_BROKEN; the present program stays what it is.
   */
  async prepare(agent: ResolvedAgent): Promise<void> {
    if (agent.run.by !== "entry") return;
    const { entry, external } = agent.run;
    this.#bundles.set(agent.name, await this.#bundler.prepare(agent.name, entry, { external }));
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
}
