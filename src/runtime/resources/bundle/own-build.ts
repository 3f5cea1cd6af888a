import type { BuildContext, OutputFile } from "esbuild";
import { commonOptions, bundlesDir } from "./build-options.ts";
import type { BundlePlace, BundleRequest } from "./bundle.ts";
import type { EsbuildService } from "./esbuild-service.ts";
import { withEsbuild } from "./esbuild-service.ts";
import type { OwnPass } from "./own-plugin.ts";
import { ownPlugin } from "./own-plugin.ts";

/** Builds one agent's own files, again and again: what did not change is not parsed anew. */
export class OwnBuild {
  readonly #place: BundlePlace;
  readonly #request: BundleRequest;
  #pass: OwnPass | null = null;
  #kept: { readonly generation: number; readonly context: BuildContext<{ write: false }> } | null = null;

  constructor(place: BundlePlace, request: BundleRequest) {
    this.#place = place;
    this.#request = request;
  }

  /** Rejects with esbuild's BuildFailure; `pass` holds what was read by then. */
  async run(pass: OwnPass): Promise<readonly OutputFile[]> {
    this.#pass = pass;
    return await withEsbuild(async (service) => {
      const context = await this.#context(service);
      const { outputFiles } = await context.rebuild();
      return outputFiles;
    });
  }

  async dispose(): Promise<void> {
    const kept = this.#kept;
    this.#kept = null;
    await kept?.context.dispose().catch(() => undefined); // its child process may be gone already
  }

  async #context({ esbuild, generation }: EsbuildService): Promise<BuildContext<{ write: false }>> {
    if (this.#kept?.generation === generation) return this.#kept.context;
    const { agent, entry } = this.#request;
    const context = await esbuild.context({
      ...commonOptions(this.#place, entry),
      entryPoints: [{ in: entry, out: "main" }],
      // The real folder carries a hash in its name; it lies as deep as this one, so that paths in source maps fit.
      outdir: `${bundlesDir(this.#place)}/${agent}`,
      sourcemap: "linked",
      sourcesContent: false,
      plugins: [ownPlugin(this.#place, entry, () => this.#currentPass())],
    });
    this.#kept = { generation, context };
    return context;
  }

  #currentPass(): OwnPass {
    if (this.#pass === null) throw new Error("a build runs without a pass");
    return this.#pass;
  }
}
