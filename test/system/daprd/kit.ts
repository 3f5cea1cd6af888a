import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Test } from "tap";
import { DAPRD, startRedis, type RealRedis } from "../../runtime/daprd/kit.ts";
import {
  fixture,
  fixtureConfig,
  fixtureProject,
  pick,
  REPO,
  resourceOf,
  systemProject,
  type Project,
} from "../../helpers/system.ts";
import { publish } from "../../runtime/sidecar/kit.ts";

/** A project on a Redis of the test's own, whose sidecars are real daprds. */
export interface DaprdProject {
  readonly project: Project;
  readonly redis: RealRedis;
  /** Starts the Redis again, on the same port and data, after it was killed. */
  readonly again: () => Promise<RealRedis>;
}

/** The agents of this repository. `sidecars`: what an agent's sidecar is, where it is not the run's choice. */
export async function daprdSystem(
  t: Test,
  sidecars: Readonly<Record<string, string>> = {},
): Promise<DaprdProject> {
  const { redis, again } = await redisOf(t);
  const project = systemProject(t, { env: { AGENTS_REDIS_URL: redis.url, AGENTS_DAPRD: DAPRD }, sidecars });
  return { project, redis, again };
}

/** Little programs as agents. */
export async function daprdFixtures(
  t: Test,
  agents: Readonly<Record<string, Record<string, unknown>>>,
): Promise<DaprdProject> {
  const { redis, again } = await redisOf(t);
  const project = fixtureProject(t, agents, { AGENTS_REDIS_URL: redis.url, AGENTS_DAPRD: DAPRD });
  project.write({ "agents.config.json": JSON.stringify(onRedis(fixtureConfig(agents))) });
  // The program of an agent may be saved.
  copyFileSync(join(REPO, "test/fixtures/keeps-numbers.js"), join(project.root, "worker.js"));
  return { project, redis, again };
}

/** A config with its bus and its state in a Redis. */
export function onRedis(config: unknown): unknown {
  return {
    ...(config as object),
    resources: { redis: { kind: "redis" } },
    components: {
      "agents-pubsub": { kind: "pubsub", resource: "redis" },
      "agents-statestore": { kind: "statestore", resource: "redis" },
    },
  };
}

async function redisOf(t: Test): Promise<Pick<DaprdProject, "redis" | "again">> {
  const dir = join(t.testdir(), "redis");
  mkdirSync(dir);
  const redis = await startRedis(t, dir);
  return { redis, again: async () => await startRedis(t, dir, { port: redis.port }) };
}

/** An agent that keeps the numbers that it handles, in a file of the project; another one through which they are published. */
export function numbers(project: () => Project): {
  readonly agents: Readonly<Record<string, Record<string, unknown>>>;
  /** Numbers in the order in which they were handled. */
  readonly handled: () => readonly number[];
  /** Publishes numbers from `from` to below `to`, through the sidecar of the feeder. Gives those that were accepted. */
  readonly publish: (from: number, to: number) => Promise<readonly number[]>;
} {
  const file = (): string => join(project().root, "handled.txt");
  return {
    agents: {
      worker: {
        command: [process.execPath, "worker.js"],
        port: 0,
        env: { HANDLED: "handled.txt" },
        subscribes: ["numbers"],
      },
      feeder: { command: fixture("listens.js"), port: 0 },
    },
    handled: () =>
      existsSync(file()) ? readFileSync(file(), "utf8").split("\n").filter(Boolean).map(Number) : [],
    publish: async (from, to) => {
      const run = await project().json(["ps"]);
      const port = Number(pick(resourceOf(run, "feeder-dapr"), "port"));
      const accepted: number[] = [];
      const waiting = Array.from({ length: to - from }, (_, at) => from + at);
      const one = async (): Promise<void> => {
        for (let n = waiting.shift(); n !== undefined; n = waiting.shift()) {
          const answer = await publish(port, "numbers", { n }).catch(() => null);
          if (answer?.status === 204) accepted.push(n);
        }
      };
      await Promise.all(Array.from({ length: 10 }, one));
      return accepted;
    },
  };
}
