import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import t from "tap";

const root = fileURLToPath(new URL("../..", import.meta.url));

// The project's own tsconfig covers more than these files, so the compiler is given its options and one file.
void t.test("a reference that is wrong does not compile, and one that is right does", async (t) => {
  const run = promisify(execFile)(
    "env", // without what tap adds to a child's Node, which the compiler's launcher cannot bear
    [
      "-u",
      "NODE_OPTIONS",
      process.execPath,
      `${root}node_modules/typescript/bin/tsc`,
      "--noEmit",
      "--ignoreConfig",
      ..."--target esnext --module nodenext --strict --exactOptionalPropertyTypes --noUncheckedIndexedAccess --skipLibCheck --allowImportingTsExtensions".split(
        " ",
      ),
      "--customConditions",
      "agents-source",
      "--types",
      "node",
      "test/config/types/references.ts",
    ],
    { cwd: root },
  );
  await t.resolves(
    run.catch((error: { readonly message: string; readonly stdout: string }) =>
      Promise.reject(new Error(error.stdout || error.message)),
    ),
  );
});
