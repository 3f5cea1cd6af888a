import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Test } from "tap";
import { Project, REPO } from "./system.ts";

/** The hello example as a project of its own, with this package and the others as its dependencies. */
export function helloProject(t: Test, { sql = false } = {}): Project {
  const root = mkdtempSync(join(tmpdir(), "agents-new-"));
  cpSync(join(REPO, "examples/hello"), root, {
    recursive: true,
    filter: (path) => !path.includes(".agents"),
  });
  mkdirSync(join(root, "node_modules"));
  for (const name of readdirSync(join(REPO, "node_modules")).filter((each) => !each.startsWith(".")))
    symlinkSync(join(REPO, "node_modules", name), join(root, "node_modules", name));
  symlinkSync(REPO, join(root, "node_modules/agents-apphost"));
  const made = new Project(root);
  made.write({
    "package.json": JSON.stringify({ name: "hello", type: "module" }),
    "tsconfig.json": JSON.stringify({
      compilerOptions: {
        module: "nodenext",
        target: "esnext",
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        types: ["node"],
        allowImportingTsExtensions: true,
      },
      include: ["agents.config.ts", "src", "test"],
    }),
  });
  if (sql) {
    const config = readFileSync(join(root, "agents.config.ts"), "utf8");
    const withSql = config
      .replace("stateStore }", "sqlServer, stateStore }")
      .replace("resources: { redis: cache }", "resources: { redis: cache, db: sqlServer() }");
    writeFileSync(join(root, "agents.config.ts"), withSql);
  }
  t.teardown(() => made.close());
  return made;
}

/** The project's own files; what stands in node_modules is links, and leads in circles. */
export function filesOf(root: string, folder = ""): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !["node_modules", ".agents", ".xdg"].includes(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesOf(root, path) : [path];
    })
    .toSorted();
}
