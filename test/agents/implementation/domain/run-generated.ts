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

/** Each folder by itself: two of them may hold modules of the same name. */
async function runPython(dir: string, folders: readonly string[]): Promise<TestRun> {
  let run: TestRun = { exitCode: 0, passed: 0, output: "" };
  for (const folder of folders) {
    const cwd = join(dir, folder);
    const result = await execa("python3", ["-B", "-m", "unittest"], { cwd, reject: false, all: true });
    const ran = Number(/^Ran (\d+) tests?/m.exec(result.all)?.[1] ?? 0);
    const passed = run.passed + (result.exitCode === 0 ? ran : 0);
    run = {
      exitCode: run.exitCode === 0 ? result.exitCode : run.exitCode,
      passed,
      output: run.output + result.all,
    };
  }
  return run;
}

/** Whether Python is on this machine at all. */
export async function hasPython(): Promise<boolean> {
  const result = await execa("python3", ["--version"], { reject: false });
  return result.exitCode === 0;
}
