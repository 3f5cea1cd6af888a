import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import type { GeneratedFile, Language } from "../../../../src/agents/implementation/domain/generated-code.ts";

/** What a test runner says about files that were written to a folder of their own. */
export type TestRun = {
  readonly exitCode: number | undefined;
  readonly passed: number;
  readonly output: string;
};

/** Runs the tests of generated files as their reader would: `node --test`, or `python3 -m unittest`. */
export async function runGenerated(
  dir: string,
  language: Language,
  files: readonly Pick<GeneratedFile, "path" | "content">[],
): Promise<TestRun> {
  for (const file of files) {
    await mkdir(dirname(join(dir, file.path)), { recursive: true });
    await writeFile(join(dir, file.path), file.content);
  }
  const folders = [...new Set(files.map((file) => dirname(file.path)))];
  return language === "typescript" ? await runNode(dir) : await runPython(dir, folders);
}

async function runNode(dir: string): Promise<TestRun> {
  await writeFile(join(dir, "package.json"), '{"type":"module"}');
  // Without tap's options, so that it is a run of its own and not a part of this one; many files in one process.
  const result = await execa(process.execPath, ["--test", "--test-isolation=none", "--test-reporter=tap"], {
    cwd: dir,
    reject: false,
    all: true,
    extendEnv: false,
    env: { PATH: process.env["PATH"] ?? "" },
  });
  return {
    exitCode: result.exitCode,
    passed: Number(/^# pass (\d+)/m.exec(result.all)?.[1] ?? 0),
    output: result.all,
  };
}

/** `python3 -m unittest` in each folder, forked from one process: two folders may hold modules of the same name. */
const UNITTEST = `
import os, sys, unittest
worst = 0
for folder in sys.argv[1:]:
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        os.chdir(folder)
        suite = unittest.defaultTestLoader.discover(os.getcwd())
        result = unittest.TextTestRunner(stream=sys.stdout).run(suite)
        sys.stdout.flush()
        os._exit(0 if result.wasSuccessful() and result.testsRun > 0 else 1)
    worst = max(worst, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) & 0xFF)
sys.exit(worst)
`;

async function runPython(dir: string, folders: readonly string[]): Promise<TestRun> {
  const result = await execa("python3", ["-B", "-c", UNITTEST, ...folders], {
    cwd: dir,
    reject: false,
    all: true,
  });
  const counts = [...result.all.matchAll(/^Ran (\d+) tests?/gm)].map(([, count]) => Number(count));
  return {
    exitCode: result.exitCode,
    passed: result.exitCode === 0 ? counts.reduce((sum, count) => sum + count, 0) : 0,
    output: result.all,
  };
}

/** Whether Python is on this machine at all. */
export async function hasPython(): Promise<boolean> {
  const result = await execa("python3", ["--version"], { reject: false });
  return result.exitCode === 0;
}

/** What the compiler says of generated TypeScript with everything strict that it knows; empty when it agrees. */
export async function typeCheck(
  dir: string,
  files: readonly Pick<GeneratedFile, "path" | "content">[],
): Promise<string> {
  for (const file of files) {
    await mkdir(dirname(join(dir, file.path)), { recursive: true });
    await writeFile(join(dir, file.path), file.content);
  }
  const compilerOptions = {
    strict: true,
    noEmit: true,
    target: "esnext",
    module: "nodenext",
    types: ["node"],
    typeRoots: [join(import.meta.dirname, "../../../../node_modules/@types")],
    allowImportingTsExtensions: true,
    erasableSyntaxOnly: true,
    verbatimModuleSyntax: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noImplicitReturns: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    noPropertyAccessFromIndexSignature: true,
  };
  await writeFile(join(dir, "package.json"), '{"type":"module"}');
  await writeFile(
    join(dir, "tsconfig.json"),
    JSON.stringify({ compilerOptions, files: files.map(({ path }) => path) }),
  );
  const tsc = join(import.meta.dirname, "../../../../node_modules/typescript/bin/tsc");
  // Without tap's options: the compiler is a program of its own.
  const args = ["-u", "NODE_OPTIONS", process.execPath, tsc, "-p", dir];
  const { exitCode, all } = await execa("env", args, { reject: false, all: true });
  return exitCode === 0 ? "" : all;
}
