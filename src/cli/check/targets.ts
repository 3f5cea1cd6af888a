import { existsSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** An import as it stands in a file. */
export interface Asked {
  /** Absolute. */
  readonly file: string;
  readonly specifier: string;
}

/** Where an import leads: an absolute path; null: to a package, or nowhere. */
export type Target = (asked: Asked) => string | null;

/**
 * Follows imports to the files that they mean. Names that are no package (`imports` of package.json, `paths` of
 * tsconfig.json) are asked of the bundler, which is what resolves them when the agent runs.
 */
export async function targetsOf(root: string, asked: readonly Asked[]): Promise<Target> {
  const aliases = asked.filter(isAlias);
  const resolved = aliases.length === 0 ? new Map<string, string>() : await resolveAll(root, aliases);
  return (one) => pathOf(one) ?? resolved.get(keyOf(one)) ?? null;
}

function pathOf({ file, specifier }: Asked): string | null {
  if (specifier.startsWith(".")) return join(dirname(file), specifier);
  if (specifier.startsWith("/")) return join(specifier);
  return specifier.startsWith("file:") && URL.canParse(specifier) ? fileURLToPath(specifier) : null;
}

function isAlias(asked: Asked): boolean {
  const { file, specifier } = asked;
  const name = packageOf(specifier);
  // This package's own name is one everywhere, in its own repository too, where it is not installed.
  if (pathOf(asked) !== null || isBuiltin(specifier) || name === "agents-apphost") return false;
  return specifier.startsWith("#") || !isInstalled(name, dirname(file));
}

function packageOf(specifier: string): string {
  const [first = "", second = ""] = specifier.split("/");
  return first.startsWith("@") ? `${first}/${second}` : first;
}

function isInstalled(name: string, folder: string): boolean {
  if (existsSync(join(folder, "node_modules", name))) return true;
  return dirname(folder) !== folder && isInstalled(name, dirname(folder));
}

async function resolveAll(root: string, aliases: readonly Asked[]): Promise<ReadonlyMap<string, string>> {
  const { build } = await import("esbuild");
  const found = new Map<string, string>();
  await build({
    absWorkingDir: root,
    entryPoints: [],
    write: false,
    logLevel: "silent",
    bundle: true,
    platform: "node",
    plugins: [
      {
        name: "targets",
        setup: (resolver) =>
          resolver.onStart(async () => {
            for (const one of aliases) {
              const options = { kind: "import-statement", resolveDir: dirname(one.file) } as const;
              const { path, errors, external } = await resolver.resolve(one.specifier, options);
              if (errors.length === 0 && !external) found.set(keyOf(one), path);
            }
          }),
      },
    ],
  });
  return found;
}

function keyOf({ file, specifier }: Asked): string {
  return `${dirname(file)}\0${specifier}`;
}
