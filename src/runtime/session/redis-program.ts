import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { redisQuoted } from "../resources/container/ready-definitions.ts";
import { checkRedis } from "../resources/container/health-checks.ts";
import { createProcessResource } from "../resources/process/process-resource.ts";
import { readinessBy } from "../resources/readiness/readiness.ts";
import type { Resource } from "../resources/resource.ts";
import type { SupervisedNode } from "../supervisor/node.ts";
import { findProgram } from "./find-program.ts";
import { NO_FACTS, passive } from "./passive-node.ts";
import type { ServerContext } from "./servers.ts";

export interface RedisProgram {
  readonly name: string;
  readonly port: number;
  readonly password: string;
  readonly stateDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly note: string | null;
}

const STOP_TIMEOUT_MS = 10_000;

/**
 * The `redis-server` of this machine as a server of the run: on loopback only, with an append-only file below `.agents/`, so
 * that what was accepted is there after a kill. Its settings come in a file, so that its password stands in no command line.
 */
export function redisProgramNode(
  redis: RedisProgram,
  { runId, keeper, logs }: ServerContext,
): SupervisedNode {
  const { name, port, password, stateDir, env, note } = redis;
  const folder = join(stateDir, "redis", name);
  const file = join(folder, "redis.conf");
  const program = createProcessResource({
    name,
    runId,
    command: [findProgram("redis-server", env["PATH"] ?? "") ?? "redis-server", file],
    cwd: stateDir,
    env: { PATH: env["PATH"] ?? "" },
    stopTimeoutMs: STOP_TIMEOUT_MS,
    onOutput: (stream, chunk) => logs.write(name, stream, chunk),
    read: logs.read,
    keeper,
    port,
  });
  const resource: Resource = {
    name,
    async start(signal) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      rmSync(file, { force: true });
      writeFileSync(file, settings(port, folder, password), { mode: 0o600, flag: "wx" });
      return await program.start(signal);
    },
  };
  return {
    ...passive(name),
    resource,
    restart: "always",
    stopTimeoutMs: STOP_TIMEOUT_MS,
    readiness: readinessBy((signal) => checkRedis(port, password, signal)),
    facts: {
      ...NO_FACTS,
      kind: "redis",
      implementation: "local",
      url: `redis://127.0.0.1:${port}`,
      port,
      note,
    },
    hooks: {
      onExit: () => logs.end(name),
      lastWords: () => logs.lastWords(name),
    },
  };
}

function settings(port: number, folder: string, password: string): string {
  const lines = [
    "bind 127.0.0.1",
    `port ${port}`,
    "daemonize no",
    `dir ${redisQuoted(folder)}`,
    "appendonly yes",
    // With `everysec` a write waits while the last one is being synced: what was answered a moment before a kill is lost.
    "appendfsync always",
    'save ""',
    `requirepass ${redisQuoted(password)}`,
  ];
  return `${lines.join("\n")}\n`;
}
