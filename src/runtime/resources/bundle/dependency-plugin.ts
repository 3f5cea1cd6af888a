import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import type { Plugin } from "esbuild";
import { withPlace } from "./place-words.ts";

const ASIDE = { aside: true };

/** For the build of dependencies: addons and external packages stay where they are, and a file that asks for its own place gets it. */
export function dependencyPlugin(external: ReadonlySet<string>): Plugin {
  const names = [...external].map((name) => name.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`));
  const filter = new RegExp(
    String.raw`\.node$${names.length === 0 ? "" : `|^(?:${names.join("|")})(?:/|$)`}`,
  );
  return {
    name: "agents-dependencies",
    setup(build) {
      build.onResolve({ filter, namespace: "file" }, async (args) => {
        if (args.pluginData === ASIDE || args.kind === "entry-point") return undefined;
        const { kind, importer, resolveDir } = args;
        const found = await build.resolve(args.path, {
          kind,
          importer,
          resolveDir,
          namespace: "file",
          pluginData: ASIDE,
        });
        // Not installed: it stays a name, and loading it fails where Node would fail.
        if (found.errors.length > 0)
          return external.has(args.path) ? { path: args.path, external: true } : undefined;
        if (found.external) return undefined;
        const required = kind === "require-call" || kind === "require-resolve";
        return { path: required ? found.path : pathToFileURL(found.path).href, external: true };
      });
      build.onLoad({ filter: /\.[cm]?js$/, namespace: "file" }, ({ path }) => {
        const contents = withPlace(path, readFileSync(path, "utf8"), false);
        return contents === null ? undefined : { contents, loader: "default" };
      });
    },
  };
}
