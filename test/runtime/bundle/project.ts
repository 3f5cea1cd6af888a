import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Test } from "tap";
import type { Bundle, BundlePlace } from "../../../src/runtime/resources/bundle/bundle.ts";
import type { Bundler } from "../../../src/runtime/resources/bundle/bundler.ts";
import { createBundler } from "../../../src/runtime/resources/bundle/bundler.ts";

const run = promisify(execFile);

/** A project folder with real files, packages included, and a bundler for it that is closed at the end. */
export interface Project {
  readonly root: string;
  readonly cacheDir: string;
  readonly bundler: Bundler;
  readonly path: (name: string) => string;
  readonly write: (name: string, content: string) => string;
  readonly remove: (name: string) => void;
  /** Another bundler, as the next run of the same project has it. */
  readonly another: (conditions?: readonly string[]) => Bundler;
  /** Runs a bundle as the runtime does; gives what it writes, or what it fails with. */
  readonly run: (
    bundle: Bundle,
    args?: readonly string[],
  ) => Promise<{ readonly stdout: string; readonly stderr: string; readonly failed: boolean }>;
}

const PACKAGE = JSON.stringify({ name: "project", type: "module" });

export function project(
  t: Test,
  files: Readonly<Record<string, string>>,
  options: Partial<BundlePlace> = {},
): Project {
  const root = t.testdir({});
  const cacheDir = join(root, ".agents", "cache");
  const path = (name: string): string => join(root, name);
  const write = (name: string, content: string): string => {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), content);
    return path(name);
  };
  for (const [name, content] of Object.entries({ "package.json": PACKAGE, ...files })) write(name, content);
  const another = (conditions: readonly string[] = options.conditions ?? []): Bundler => {
    const bundler = createBundler({ root, cacheDir, conditions });
    t.teardown(() => bundler.close());
    return bundler;
  };
  const bundler = another();
  return {
    root,
    cacheDir,
    bundler,
    path,
    write,
    remove: (name) => rmSync(path(name), { recursive: true, force: true }),
    another,
    run: async (bundle, args = []) => {
      const { args: launch, env } = bundler.launch(bundle);
      try {
        return {
          ...(await run(process.execPath, [...launch, ...args], { env: { ...process.env, ...env } })),
          failed: false,
        };
      } catch (error) {
        const { stdout, stderr } = error as { stdout: string; stderr: string };
        return { stdout, stderr, failed: true };
      }
    },
  };
}

/** Files of a package below node_modules. */
export function pkg(
  name: string,
  manifest: object,
  files: Readonly<Record<string, string>>,
): Record<string, string> {
  const dir = `node_modules/${name}`;
  return {
    [`${dir}/package.json`]: JSON.stringify({ name, version: "1.0.0", ...manifest }),
    ...Object.fromEntries(Object.entries(files).map(([file, content]) => [`${dir}/${file}`, content])),
  };
}
