// Requests a second of an agent without and with telemetry against a bare Hono route, taking turns, and the processor time
// of one, which says more on a busy machine: `node --conditions=agents-source bench/telemetry-cost.ts`, `RUNS=9` for more.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { createReadiness } from "../src/runtime/resources/readiness/readiness.ts";
import { freePort, program } from "./bare.ts";
import { own } from "./owned.ts";
import { cpuMs } from "./proc.ts";
import { median, round } from "./row.ts";

const PROMPTS = join(import.meta.dirname, "../examples/hello/prompts");
/** Requests of one turn, and how many are under way at once. */
const REQUESTS = 2_000;
const AT_ONCE = 16;

/** Medians of one case. */
interface Cost {
  readonly perSecond: number;
  /** Processor time of the server for one request, in µs. */
  readonly cpu: number;
}

interface Server {
  readonly port: number;
  readonly pid: number;
}

/** The cost of each case, as details of a row. */
export async function telemetryCost(turns: number): Promise<Readonly<Record<string, string>>> {
  await using children = new AsyncDisposableStack();
  const collector = await start(children, ["collects.js"], {});
  const asks = ["--conditions=agents-source", "asks.ts"];
  const agent = { AGENTS_PROMPTS_DIR: PROMPTS, AGENTS_LLM_MODE: "sample" };
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.port}` };
  const hono = await start(children, ["echoes.js"], {});
  const off = await start(children, asks, agent);
  const on = await start(children, asks, { ...agent, ...endpoint });
  const cases = [
    { what: "a bare Hono route that echoes JSON", server: hono, path: "/api/greeter/echo" },
    { what: "a command that echoes, telemetry off", server: off, path: "/api/greeter/echo" },
    { what: "the same command, telemetry on", server: on, path: "/api/greeter/echo" },
    { what: "execute in sample mode, telemetry off", server: off, path: "/api/greeter/execute" },
    { what: "execute in sample mode, telemetry on", server: on, path: "/api/greeter/execute" },
  ] as const;
  const costs = cases.map((): Cost[] => []);
  for (let turn = -1; turn < turns; turn += 1)
    for (const [index, { server, path }] of cases.entries()) {
      const cost = await costOf(server, path);
      if (turn >= 0) costs[index]?.push(cost);
    }
  return Object.fromEntries(cases.map(({ what }, index) => [what, textOf(costs[index] ?? [])]));
}

function textOf(costs: readonly Cost[]): string {
  const perSecond = round(median(costs.map((cost) => cost.perSecond)));
  return `${perSecond} a second, ${round(median(costs.map((cost) => cost.cpu)))} µs of processor time each`;
}

/** Started; it answers. */
async function start(
  children: AsyncDisposableStack,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Server> {
  const port = await freePort();
  const command = args.map((arg) => (arg.startsWith("--") ? arg : program(arg)));
  const child = spawn(process.execPath, command, {
    env: { PATH: process.env["PATH"], PORT: String(port), ...env },
    stdio: "ignore",
  });
  children.use(
    own(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    }),
  );
  await createReadiness({ by: "tcp" }, port).untilReady(AbortSignal.timeout(20_000), () => undefined);
  return { port, pid: child.pid ?? 0 };
}

async function costOf({ port, pid }: Server, path: string): Promise<Cost> {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  let left = REQUESTS;
  const cpuBefore = cpuMs(pid);
  const began = performance.now();
  const one = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await ask(agent, port, path);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  agent.destroy();
  const perSecond = REQUESTS / ((performance.now() - began) / 1000);
  return { perSecond, cpu: ((cpuMs(pid) - cpuBefore) * 1000) / REQUESTS };
}

async function ask(agent: Agent, port: number, path: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const headers = { "content-type": "application/json" };
  const sent = request({ host: "127.0.0.1", port, path, method: "POST", agent, headers }, (response) => {
    if (response.statusCode !== 200) reject(new Error(`${path} answered ${response.statusCode}`));
    response.resume().on("end", resolve);
  });
  sent.on("error", reject);
  sent.end('{"who":"Ada"}');
  await promise;
}

if (import.meta.main) {
  const costs = await telemetryCost(Number(process.env["RUNS"] ?? 5));
  for (const [what, cost] of Object.entries(costs)) process.stdout.write(`${what}: ${cost}\n`);
}
