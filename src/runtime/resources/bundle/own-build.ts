import { join } from "node:path";
import type { BuildContext, OutputFile } from "esbuild";
import { commonOptions, bundlesDir } from "./build-options.ts";
import type { BundlePlace, BundleRequest } from "./bundle.ts";
import type { EsbuildService } from "./esbuild-service.ts";
import { withEsbuild } from "./esbuild-service.ts";
import type { OwnPass, OwnPluginState } from "./own-plugin.ts";
import { ownPlugin } from "./own-plugin.ts";
import { PackagePaths } from "./package-paths.ts";

/** Builds one agent's own files, again and again: what did not change is not parsed anew. */
export class OwnBuild {
  readonly #place: BundlePlace;
  readonly #request: BundleRequest;
  readonly #folder: string;
  readonly #paths: PackagePaths;
  #pass: OwnPass | null = null;
  #kept: { readonly generation: number; readonly context: BuildContext<{ write: false }> } | null = null;

  constructor(place: BundlePlace, request: BundleRequest, folder: string) {
    this.#place = place;
    this.#request = request;
    this.#folder = folder;
    this.#paths = new PackagePaths(place.root);
  }

  /** The packages are not what they were: their imports are looked up again. */
  packagesChanged(): void {
    this.#paths.forget();
  }

  /** Rejects with esbuild's BuildFailure; `pass` holds what was read by then. */
  async run(pass: OwnPass): Promise<readonly OutputFile[]> {
    this.#pass = pass;
    return await withEsbuild(this.#place.signal, async (service) => {
      const context = await this.#context(service);
      const { outputFiles } = await context.rebuild();
      return outputFiles;
    });
  }

  async dispose(): Promise<void> {
    const kept = this.#kept;
    this.#kept = null;
    // At the end the child process goes with all contexts; disposing one would wait for the build that is cut.
    if (!this.#place.signal.aborted) await kept?.context.dispose().catch(() => undefined); // it may be gone already
  }

  async #context({ esbuild, generation }: EsbuildService): Promise<BuildContext<{ write: false }>> {
    if (this.#kept?.generation === generation) return this.#kept.context;
    const { entry } = this.#request;
    const context = await esbuild.context({
      ...commonOptions(this.#place, entry),
      entryPoints: [{ in: entry, out: "main" }],
      outdir: join(bundlesDir(this.#place), this.#folder),
      // A name stands for a content, its source map included: what did not change need not be written again.
      entryNames: "[name]-[hash]",
      sourcemap: "linked",
      sourcesContent: false,
      plugins: [ownPlugin(this.#place, entry, () => this.#state())],
    });
    this.#kept = { generation, context };
    return context;
  }

  #state(): OwnPluginState {
    if (this.#pass === null) throw new Error("a build runs without a pass");
    return { pass: this.#pass, paths: this.#paths };
  }
}
