// What each step of an agent's start-up gains, and what making it costs: `node --conditions=agents-source bench/start-cost.ts`
// Runs one of this repository's agents as source and as bundle, taking turns, from spawn until its port is open.
import { execFileSync, spawn } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createBundler } from "../src/runtime/resources/bundle/bundler.ts";

const ROUNDS = Number(process.env["ROUNDS"] ?? 11);
const AGENT = process.argv[2] ?? "notification";
const CONDITIONS = ["agents-source"];
const repo = join(import.meta.dirname, "..");

/** A copy of the project: a benchmark edits files and makes a cache of its own. */
const root = mkdtempSync(join(tmpdir(), "start-cost-"));
for (const name of ["src", "prompts", "package.json", "tsconfig.json"]) {
  if (existsSync(join(repo, name))) cpSync(join(repo, name), join(root, name), { recursive: true });
}
symlinkSync(join(repo, "node_modules"), join(root, "node_modules"));
const entry = join(root, "src/agents", AGENT, "main.ts");
/** The same agent, but with the Dapr SDK loaded before it listens. */
const eager = join(root, "src/agents", AGENT, "eager.ts");
const state = join(root, ".agents");
mkdirSync(state);

interface Case {
  readonly name: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

interface Row {
  readonly name: string;
  readonly ms: readonly number[];
}

try {
  const made = await making();
  const started = await starting(made.file, made.withDapr);
  print([...made.rows, ...started]);
} finally {
  rmSync(root, { recursive: true, force: true });
}

/** What a bundle costs: cold, for one more agent, unchanged in a new process, and after a save. */
async function making(): Promise<{
  readonly file: string;
  readonly withDapr: string;
  readonly rows: readonly Row[];
}> {
  const cacheDir = join(state, "cache");
  const cold: number[] = [];
  for (let n = 0; n < 3; n += 1) {
    rmSync(cacheDir, { recursive: true, force: true });
    const bundler = createBundler({ root, cacheDir, conditions: CONDITIONS });
    cold.push(await timed(() => bundler.prepare(AGENT, entry)));
    await bundler.close();
  }
  const sibling: number[] = [];
  const unchanged: number[] = [];
  const first: number[] = [];
  const saved: number[] = [];
  for (let n = 0; n < ROUNDS; n += 1) {
    const bundler = createBundler({ root, cacheDir, conditions: CONDITIONS });
    sibling.push(await timed(() => bundler.prepare(`sibling-${n}`, entry)));
    await bundler.close();
    unchanged.push(unchangedInNewProcess(cacheDir));
    const next = createBundler({ root, cacheDir, conditions: CONDITIONS });
    await next.prepare(AGENT, entry);
    appendFileSync(entry, `\n// save ${n}\nglobalThis.saved = ${n};\n`);
    first.push(await timed(() => next.prepare(AGENT, entry)));
    appendFileSync(entry, `globalThis.saved = ${n}.5;\n`);
    saved.push(await timed(() => next.prepare(AGENT, entry)));
    await next.close();
  }
  const last = createBundler({ root, cacheDir, conditions: CONDITIONS });
  const { file } = await last.prepare(AGENT, entry);
  await last.close();
  writeFileSync(eager, `import "@dapr/dapr";\nimport "./main.ts";\n`);
  const all = createBundler({ root, cacheDir, conditions: CONDITIONS });
  const { file: withDapr } = await all.prepare(`${AGENT}-eager`, eager);
  await all.close();
  return {
    file,
    withDapr,
    rows: [
      { name: "make: cold, dependencies and own files", ms: cold },
      { name: "make: another agent, dependencies at hand", ms: sibling },
      { name: "make: unchanged, first call of a process", ms: unchanged },
      { name: "make: first save of a run", ms: first },
      { name: "make: every further save", ms: saved },
    ],
  };
}

function unchangedInNewProcess(cacheDir: string): number {
  const script = `
    import { createBundler } from ${JSON.stringify(join(repo, "src/runtime/resources/bundle/bundler.ts"))};
    const bundler = createBundler(${JSON.stringify({ root, cacheDir, conditions: CONDITIONS })});
    const start = performance.now();
    await bundler.prepare(${JSON.stringify(AGENT)}, ${JSON.stringify(entry)});
    process.stdout.write(String(performance.now() - start));`;
  return Number(execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" }));
}

/** From spawn until the port is open, all cases taking turns. */
async function starting(bundle: string, withDapr: string): Promise<readonly Row[]> {
  const hono = join(root, "bare-hono.mjs");
  writeFileSync(
    hono,
    `import { serve } from "@hono/node-server"; import { Hono } from "hono";
     serve({ fetch: new Hono().get("/", (c) => c.text("ok")).fetch, port: Number(process.env.PORT), hostname: "127.0.0.1" });
     process.on("SIGTERM", () => process.exit());`,
  );
  const bare = join(root, "bare-node.mjs");
  writeFileSync(
    bare,
    `import { createServer } from "node:http"; createServer().listen(Number(process.env.PORT), "127.0.0.1"); process.on("SIGTERM", () => process.exit());`,
  );
  const condition = `--conditions=${CONDITIONS[0]}`;
  const cases: readonly Case[] = [
    { name: "start: bare node:http", args: [bare], env: {} },
    { name: "start: bare Hono", args: [hono], env: {} },
    { name: "start: bare Hono, compile cache", args: [hono], env: compiled("cc-hono") },
    { name: "start: agent, source as it is", args: [condition, entry], env: {} },
    { name: "start: agent, source, compile cache", args: [condition, entry], env: compiled("cc-source") },
    { name: "start: agent, bundle", args: [bundle], env: {} },
    { name: "start: agent, bundle, compile cache", args: [bundle], env: compiled("cc-bundle") },
    {
      name: "start: agent, bundle, compile cache, source maps",
      args: ["--enable-source-maps", bundle],
      env: compiled("cc-maps"),
    },
    {
      name: "start: the same with the Dapr SDK loaded first",
      args: ["--enable-source-maps", withDapr],
      env: compiled("cc-maps"),
    },
  ];
  const rows = new Map(cases.map(({ name }) => [name, [] as number[]]));
  for (let n = -2; n < ROUNDS; n += 1) {
    for (const each of cases) {
      const ms = await start(each);
      if (n >= 0) rows.get(each.name)?.push(ms);
    }
  }
  return [...rows].map(([name, ms]) => ({ name, ms }));
}

function compiled(name: string): Record<string, string> {
  return { NODE_COMPILE_CACHE: join(state, name) };
}

async function start({ args, env }: Case): Promise<number> {
  const port = await freePort();
  const begin = performance.now();
  const child = spawn(process.execPath, [...args], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      PATH: process.env["PATH"] ?? "",
      PORT: String(port),
      APP_PORT: String(port),
      HOST: "127.0.0.1",
      APP_ID: AGENT,
      AGENTS_NAME: AGENT,
      AGENTS_LLM_MODE: "sample",
      AGENTS_PROMPTS_DIR: join(root, "prompts"),
      DAPR_HTTP_PORT: "9",
      DAPR_HTTP_ENDPOINT: "http://127.0.0.1:9",
      SQLSERVER_URL: `sqlite:${join(state, "agents.db")}`,
      ...env,
    },
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const expired = () => performance.now() - begin > 30_000;
  while (child.exitCode === null && !expired() && !(await opens(port)))
    await new Promise((resolve) => setTimeout(resolve, 1));
  const ms = performance.now() - begin;
  if (expired()) child.kill("SIGKILL");
  if (expired()) throw new Error(`${args.join(" ")} does not listen within 30 s`);
  if (child.exitCode !== null) throw new Error(`${args.join(" ")} exited with ${child.exitCode}`);
  // Time to load what it loads late, and to write the compile cache at its end.
  await new Promise((resolve) => setTimeout(resolve, 500));
  child.kill("SIGTERM");
  await ended;
  return ms;
}

function opens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true) === undefined && socket.destroy());
    socket.once("error", () => resolve(false));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

function print(rows: readonly Row[]): void {
  process.stdout.write(`${AGENT}, Node ${process.version}, median (fastest) of ${ROUNDS}\n`);
  for (const { name, ms } of rows) {
    const sorted = ms.toSorted((a, b) => a - b);
    const median = sorted[sorted.length >> 1] ?? Number.NaN;
    process.stdout.write(
      `${name.padEnd(52)} ${median.toFixed(0).padStart(5)} ms (${(sorted[0] ?? Number.NaN).toFixed(0)})\n`,
    );
  }
}
