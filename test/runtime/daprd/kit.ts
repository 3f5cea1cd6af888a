import { execFileSync, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Test } from "tap";
import { createProcessResource } from "../../../src/runtime/resources/process/process-resource.ts";
import { findFreePort } from "../../../src/runtime/resources/process/ports.ts";
import { createReadiness } from "../../../src/runtime/resources/readiness/readiness.ts";
import type { Running } from "../../../src/runtime/resources/resource.ts";
import { daprdEnvironment } from "../../../src/runtime/resources/sidecar/daprd/arguments.ts";
import type { DaprdLine } from "../../../src/runtime/resources/sidecar/daprd/daprd-log.ts";
import {
  createDaprdResource,
  DAPRD_HEALTH,
} from "../../../src/runtime/resources/sidecar/daprd/daprd-resource.ts";
import type { DeliveryRecord } from "../../../src/runtime/resources/sidecar/daprd/gate/delivery-record.ts";
import { Gate, type GateOptions } from "../../../src/runtime/resources/sidecar/daprd/gate/gate.ts";
import { agePending } from "../../../src/runtime/resources/sidecar/daprd/redis/age-pending.ts";
import {
  connectRedis,
  type RedisConnection,
} from "../../../src/runtime/resources/sidecar/daprd/redis/connection.ts";
import { redisAddress } from "../../../src/runtime/resources/sidecar/daprd/yaml/components.ts";
import {
  generateResources,
  type GeneratedResources,
  type ResourcePlan,
} from "../../../src/runtime/resources/sidecar/daprd/yaml/generate.ts";
import { readUserResources } from "../../../src/runtime/resources/sidecar/yaml/user-resources.ts";
import { writeResources } from "../../../src/runtime/resources/sidecar/daprd/yaml/write-resources.ts";

/** What a test needs of tap: to give back what it opened. */
export type Owner = Pick<Test, "teardown">;

const candidates = [process.env["AGENTS_DAPRD"], join(homedir(), ".dapr", "bin", "daprd")];
export const DAPRD = candidates.find((one) => one !== undefined && one !== "" && existsSync(one)) ?? "";

/** Why a test of the real parts is skipped here: one line; never where they are required. */
export const SKIP: string | false = skipReason();

function skipReason(): string | false {
  const missing = [
    ...(DAPRD === "" ? ["daprd (AGENTS_DAPRD names one)"] : []),
    ...(isOnPath("redis-server") ? [] : ["redis-server"]),
  ];
  return missing.length === 0 || process.env["AGENTS_TEST_REQUIRE_DAPRD"] === "1"
    ? false
    : `missing here: ${missing.join(", ")}`;
}

function isOnPath(program: string): boolean {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

export interface RealRedis {
  readonly url: string;
  readonly port: number;
  /** A connection of the test's own. */
  readonly connection: RedisConnection;
  readonly kill: () => Promise<void>;
}

/** A real redis-server on a free port, its data in a folder of the test. */
export async function startRedis(
  t: Owner,
  dir: string,
  { password = "", port = 0 }: { readonly password?: string; readonly port?: number } = {},
): Promise<RealRedis> {
  const at = port === 0 ? await findFreePort() : port;
  const secret = password === "" ? [] : ["--requirepass", password];
  const child = spawn(
    "redis-server",
    [
      "--port",
      String(at),
      "--bind",
      "127.0.0.1",
      "--dir",
      dir,
      "--save",
      "",
      "--appendonly",
      "yes",
      // What was accepted survives a kill, also on a busy disk.
      "--appendfsync",
      "always",
      ...secret,
    ],
    { stdio: ["ignore", "pipe", "ignore"] },
  );
  const exited = once(child, "exit");
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exited;
  };
  t.teardown(kill);
  let text = "";
  await new Promise<void>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes("Ready to accept connections")) resolve();
    });
  });
  const url = `redis://${password === "" ? "" : `:${encodeURIComponent(password)}@`}127.0.0.1:${at}`;
  const connection = await connectRedis(url);
  t.teardown(async () => await connection[Symbol.asyncDispose]());
  return { url, port: at, connection, kill };
}

export interface SidecarSetup {
  readonly agent: string;
  readonly appPort: number;
  readonly dir: string;
  readonly redis: RealRedis;
  readonly gate?: Partial<GateOptions>;
  readonly plan?: Partial<ResourcePlan>;
  /** Gets what daprd says, also where it does not become ready. */
  readonly lines?: DaprdLine[];
  /** Topics whose pending entries are aged before each start. */
  readonly topics?: readonly string[];
}

export interface RealSidecar {
  readonly httpPort: number;
  readonly gate: Gate;
  readonly records: DeliveryRecord[];
  readonly lines: DaprdLine[];
  readonly generated: GeneratedResources;
  readonly folder: string;
  running(): Running;
  /** Starts another daprd, once the last one has ended. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Resolves once the check is true; made now and after each record, line and answer for daprd. */
  readonly until: (check: () => boolean) => Promise<void>;
}

/** A real daprd with a gate before its app, put together as a run puts them together. */
export async function startSidecar(t: Owner, setup: SidecarSetup): Promise<RealSidecar> {
  const { agent, appPort, dir, redis, topics = [] } = setup;
  const [httpPort, grpcPort, internalGrpcPort, gatePort] = await freePorts(4);
  const { address, secrets } = redisAddress(redis.url, "AGENTS_REDIS_PASSWORD");
  const delivery = { deliveryTimeoutMs: 10_000, concurrency: 10 };
  const user = await readUserResources(join(dir, "resources"));
  const generated = generateResources({
    agent,
    components: [
      { name: "agents-pubsub", metadata: {}, on: { by: "redis-pubsub", redis: address } },
      { name: "agents-statestore", metadata: {}, on: { by: "redis-state", redis: address } },
    ],
    subscriptions: [],
    delivery,
    configuration: { namesFile: join(dir, "names.db"), tracing: null },
    user,
    ...setup.plan,
  });
  // Of its own: what carries the same mark is taken for part of the same run, and ended with it.
  const runId = randomUUID();
  const folder = join(dir, ".agents", "resources", agent);
  const records: DeliveryRecord[] = [];
  const { lines = [] } = setup;
  const checks = new Set<() => void>();
  const look = (): void => {
    for (const check of checks) check();
  };
  const gate = new Gate({
    agent,
    port: gatePort,
    appPort,
    maxAttempts: generated.maxAttempts,
    declared: generated.declared,
    ...setup.gate,
    onRecord: (record) => {
      records.push(record);
      look();
    },
    onSubscribed: (subscriptions) => {
      setup.gate?.onSubscribed?.(subscriptions);
      look();
    },
  });
  t.teardown(async () => await gate[Symbol.asyncDispose]());
  const resource = createDaprdResource({
    name: `${agent}-dapr`,
    daprd: DAPRD,
    cwd: dir,
    env: () =>
      daprdEnvironment({
        inherited: process.env,
        secrets: { ...secrets, ...generated.secrets },
        apiToken: null,
        appToken: null,
      }),
    settings: async () => ({
      appId: agent,
      appPort: gatePort,
      httpPort,
      grpcPort,
      internalGrpcPort,
      metricsPort: null,
      resourcesPaths: [folder, ...(user.folder === null ? [] : [user.folder])],
      configs: [...(await writeResources(folder, generated.files)), ...generated.userConfigs],
      logLevel: "info",
      gracefulShutdownSeconds: 5,
    }),
    spawner: (order) => createProcessResource({ ...order, runId }),
    onLine: (line) => {
      lines.push(line);
      look();
    },
    beforeStart: async () => {
      await agePending(redis.connection, {
        appId: agent,
        topics,
        processingTimeoutMs: delivery.deliveryTimeoutMs + 30_000,
      });
    },
    gate,
  });
  let running: Running | null = null;
  const start = async (): Promise<void> => {
    running = await resource.start(new AbortController().signal);
    const ready = createReadiness(DAPRD_HEALTH, httpPort);
    const gone = new AbortController();
    const ended = running.exited.then(() => gone.abort());
    await ready.untilReady(gone.signal, () => undefined);
    if (gone.signal.aborted) {
      await ended;
      throw new Error(`daprd ended: ${JSON.stringify(lines.slice(-4))}`);
    }
  };
  t.teardown(async () => await running?.stop({ now: true }));
  await start();
  return {
    httpPort,
    gate,
    records,
    lines,
    generated,
    folder,
    running: () => {
      if (running === null) throw new Error("no daprd was started");
      return running;
    },
    start,
    stop: async () => void (await running?.stop()),
    until: (check) =>
      new Promise((resolve) => {
        const tryNow = (): void => {
          if (!check()) return;
          checks.delete(tryNow);
          resolve();
        };
        checks.add(tryNow);
        tryNow();
      }),
  };
}

/** So many free ports, all different. */
async function freePorts(count: 4): Promise<[number, number, number, number]>;
async function freePorts(count: number): Promise<number[]>;
async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await findFreePort(ports));
  return [...ports];
}

/** The final change of each event, by a field of its data: `success:1`. */
export function told(records: readonly DeliveryRecord[]): string[] {
  return records
    .filter(({ change }) => change.status !== "delivering")
    .map(({ change }) => `${change.status}:${change.attempts}`);
}
