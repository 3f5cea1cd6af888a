import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { test } from "tap";
import { freePort } from "../helpers/free-port.ts";
import { pick, Project, REPO, resourceOf, until } from "../helpers/system.ts";

const execute = promisify(execFile);
const own: {
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
} = JSON.parse(readFileSync(join(REPO, "package.json"), "utf8"));

/** As a user types it; `env -u`: what tap adds to a child's Node is no part of it. */
async function typed(cwd: string, ...command: readonly string[]) {
  return await execute(
    "env",
    ["-u", "NODE_OPTIONS", "-u", "NODE_TEST_CONTEXT", "-u", "npm_config_prefix", ...command],
    {
      cwd,
      maxBuffer: 1e8,
    },
  );
}

const OFFLINE =
  /\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED|network)\b/;

/** Null where the packages can be had neither from npm's cache nor from the registry. */
async function installed(cwd: string): Promise<string | null> {
  const args = ["install", "--prefer-offline", "--no-audit", "--no-fund", "--fetch-retries=1"];
  return await typed(cwd, "npm", ...args).then(
    () => null,
    (error: unknown) => {
      const said = String(pick(error, "stderr"));
      if (OFFLINE.test(said)) return said.split("\n").find((line) => OFFLINE.test(line)) ?? "offline";
      throw error;
    },
  );
}

function versions(names: readonly string[], from: Readonly<Record<string, string>>) {
  return Object.fromEntries(names.map((name) => [name, from[name]]));
}

test("a user's project that has nothing but the packed package gets a new agent that runs and passes its checks", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "agents-packed-"));
  const project = new Project(join(folder, "shop"));
  t.teardown(async () => {
    await project.close();
    rmSync(folder, { recursive: true, force: true });
  });
  await typed(REPO, "npm", "pack", "--ignore-scripts", "--pack-destination", folder);
  const [tarball = ""] = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  cpSync(join(REPO, "examples/hello"), project.root, {
    recursive: true,
    filter: (path) => !path.includes(".agents"),
  });
  project.write({
    "package.json": JSON.stringify({
      name: "shop",
      private: true,
      type: "module",
      scripts: {
        test: "node --test 'test/**/*.test.ts'",
        typecheck: "tsc",
        lint: "oxlint --deny-warnings agents.config.ts src test",
      },
      dependencies: { "agents-apphost": `file:../${tarball}`, ...versions(["zod"], own.dependencies) },
      devDependencies: versions(["@types/node", "node", "oxlint", "typescript"], own.devDependencies),
      allowScripts: { node: true, esbuild: true },
    }),
    "tsconfig.json": JSON.stringify({
      compilerOptions: {
        module: "nodenext",
        target: "esnext",
        strict: true,
        noUncheckedIndexedAccess: true,
        exactOptionalPropertyTypes: true,
        verbatimModuleSyntax: true,
        noEmit: true,
        allowImportingTsExtensions: true,
        types: ["node"],
      },
      include: ["agents.config.ts", "src", "test"],
    }),
  });
  const missing = await installed(project.root);
  if (missing !== null) {
    t.pass("what npm installs", { skip: `npm cannot install here: ${missing}` });
    return;
  }

  const agents = (...args: readonly string[]) => typed(project.root, "npx", "agents", ...args);
  await agents("up", "-d", "--mode", "embedded");
  const asked = ["--subscribes", "agents.greeter.person.greeted", "--port", String(await freePort())];
  const made = await agents("new", "inventory", ...asked, "--yes");
  t.match(made.stdout, /Made inventory, on port \d+\. The running system starts it/);
  await until(
    "the run that is up has started it",
    async () => pick(resourceOf(await project.json(["ps"]), "inventory"), "state") === "ready",
  );
  const flow = await agents(
    "publish",
    "agents.greeter.greeting.requested",
    "--data",
    '{"who":"Ada"}',
    "--wait",
    "--json",
  );
  t.match(JSON.parse(flow.stdout), {
    settled: true,
    caused: [
      {
        deliveries: [{ agent: "inventory", status: "success" }],
        caused: [{ eventType: "agents.inventory.entry.recorded" }],
      },
    ],
  });
  const checked = await agents("check");
  t.match(checked.stdout, /2 agents · \d+ files · every rule holds/);
  await agents("down");
  for (const script of ["typecheck", "lint"])
    await t.resolves(typed(project.root, "npm", "run", "-s", script), script);
  const { stdout } = await typed(project.root, "npm", "test");
  t.match(stdout, /pass 15\n[^]*fail 0/);
});
