import { dirname, extname, join, resolve } from "node:path";
import type { Message } from "esbuild";
import { packageName } from "./packages.ts";

const ENDINGS = ["", ".ts", ".tsx", ".js", ".mjs", ".json", "/index.ts", "/index.js"];
/** Written by npm, pnpm and Yarn when an installation is complete. */
const INSTALLED = [".package-lock.json", ".modules.yaml", ".yarn-state.yml"];

/** Where the files would appear that a failed build did not find: writing one of them may be what repairs it. */
export function missingFiles(errors: readonly Message[], root: string): readonly string[] {
  return errors.flatMap(({ text, location }) => {
    const specifier = /^Could not resolve "([^"]+)"/.exec(text)?.[1];
    if (specifier === undefined || location === null) return [];
    if (!/^[./]/.test(specifier)) {
      const modules = join(root, "node_modules");
      return [
        join(modules, packageName(specifier), "package.json"),
        ...INSTALLED.map((name) => join(modules, name)),
      ];
    }
    const path = resolve(root, dirname(location.file), specifier);
    return extname(path) === "" ? ENDINGS.map((ending) => path + ending) : [path];
  });
}
