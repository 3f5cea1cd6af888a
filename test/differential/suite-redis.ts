import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Test } from "tap";
import { noDocker, testDocker } from "../helpers/docker.ts";
import { freePort } from "../helpers/free-port.ts";
import { makeImages, noRedisImage } from "../helpers/images.ts";
import { until } from "../helpers/system.ts";
import { startRedis } from "../runtime/daprd/kit.ts";

/** One Redis for all that needs one: a container where Docker is there, else a redis-server of this machine. */
export interface SuiteRedis {
  readonly address: string;
  /** A database that nobody else has: two kinds of sidecar in one would share their consumer groups. */
  readonly database: () => string;
}

/** Starts it when it is asked for the first time. */
export function suiteRedis(t: Test): () => Promise<SuiteRedis> {
  let started: Promise<SuiteRedis> | null = null;
  return () => (started ??= start(t));
}

async function start(t: Test): Promise<SuiteRedis> {
  let given = 0;
  const database = (): string => String(given++);
  if (noDocker() === null && noRedisImage() === null) return { address: await startContainer(t), database };
  const dir = mkdtempSync(join(tmpdir(), "agents-redis-"));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  const { port } = await startRedis(t, dir);
  return { address: `127.0.0.1:${port}`, database };
}

async function startContainer(t: Test): Promise<string> {
  const { docker, own } = await testDocker(t);
  const { redis } = await makeImages(docker, own !== null);
  const port = await freePort();
  const container = await docker.createContainer({
    Image: redis,
    Cmd: ["redis-server", "--save", "", "--appendonly", "yes", "--protected-mode", "no"],
    ExposedPorts: { "6379/tcp": {} },
    HostConfig: { PortBindings: { "6379/tcp": [{ HostIp: "127.0.0.1", HostPort: String(port) }] } },
  });
  t.teardown(async () => await container.remove({ force: true, v: true }).catch(() => undefined));
  await container.start();
  await until("redis answers in its container", async () => await answers(port), 30_000);
  return `127.0.0.1:${port}`;
}

/** Docker's proxy takes connections before Redis does. */
async function answers(port: number): Promise<boolean> {
  const socket = connect({ port, host: "127.0.0.1" });
  try {
    await once(socket, "connect");
    socket.write("PING\r\n");
    const [reply]: unknown[] = await once(socket, "data", { signal: AbortSignal.timeout(1_000) });
    return String(reply).startsWith("+PONG");
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
