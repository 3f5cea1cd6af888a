/** An agent's program as one can run it: `node <file>`. */
export interface Bundle {
  /** Absolute path of the `.mjs` to run. Its folder never changes once written: another content is another folder. */
  readonly file: string;
  /** The project's own source files in it, absolute and sorted; nothing under node_modules. */
  readonly inputs: readonly string[];
  /** Of everything it is made of, dependencies included: same hash, same program. */
  readonly hash: string;
}

/** What a bundle is made from. */
export interface BundleRequest {
  /** Name of the agent: part of folder names and of messages. */
  readonly agent: string;
  /** Absolute path of the file to run. */
  readonly entry: string;
  /** Packages that Node loads from node_modules at run time instead, for example one that looks for files of its own. */
  readonly external: readonly string[];
}

/** Where bundles are made. */
export interface BundlePlace {
  /** Absolute folder of the project. */
  readonly root: string;
  /** Absolute folder for what is kept between runs, for example `<root>/.agents/cache`. */
  readonly cacheDir: string;
  /** Custom `exports` conditions, as with `node --conditions`. */
  readonly conditions: readonly string[];
  /** Aborts when nobody wants what is being built any more. */
  readonly signal: AbortSignal;
}
