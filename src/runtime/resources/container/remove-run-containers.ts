/*
 * For the watchdog: removes the containers of a run whose orchestrator died. Only Node, no library: it must be there at once,
 * and the watchdog stays small.
 */
import { request as httpRequest } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** The labels are those of identity.ts; written out, so that this file stands alone. */
const RUN_LABEL = "agents-apphost.run";
const LIFETIME_LABEL = "agents-apphost.lifetime";
const PROJECT_KEY_LABEL = "agents-apphost.project-key";
const PAUSE_MS = 100;
const CALL_MS = 4_000;
/** A container that was just being created appears a moment later. */
const EMPTY_LOOKS = 3;

export type DockerSocket = { readonly socketPath: string } | { readonly host: string; readonly port: number };

export interface DeadRun {
  readonly docker: DockerSocket;
  readonly runId: string;
  /** What the run said to have: those it took over carry the label of the run before. */
  readonly containerIds: Iterable<string>;
  /** Default 10 000: then whoever comes next does the rest. */
  readonly limitMs?: number;
}

interface Listed {
  readonly Id: string;
  readonly Labels: Readonly<Record<string, string>> | null;
}

/**
 * Removes all containers of a run but the persistent ones, and its network once that is empty; looks again until there are
 * none. Volumes stay. Answers with the ids of those removed. Never rejects: a Docker that does not answer leaves everything to
 * the next `agents up` or `down`.
 */
export async function removeRunContainers(run: DeadRun): Promise<readonly string[]> {
  const deadline = performance.now() + (run.limitMs ?? 10_000);
  const removed = new Set<string>();
  const networks = new Set<string>();
  const given = new Set(run.containerIds);
  for (let empty = 0; empty < EMPTY_LOOKS && performance.now() < deadline;) {
    try {
      const found = await listContainers(run, given);
      await Promise.all(
        found.map(async ({ Id, Labels }) => {
          const key = Labels?.[PROJECT_KEY_LABEL];
          if (key !== undefined) networks.add(key);
          const { status } = await call(run.docker, "DELETE", `/containers/${Id}?force=1&v=1`);
          if (status === 204) removed.add(Id);
          if (status === 204 || status === 404) given.delete(Id);
        }),
      );
      empty = found.length === 0 ? empty + 1 : 0;
    } catch {
      // Docker does not answer now: perhaps it does in a moment.
      empty = 0;
    }
    await sleep(PAUSE_MS);
  }
  for (const key of networks) await removeNetworks(run.docker, key).catch(() => undefined);
  return [...removed];
}

async function listContainers(
  { docker, runId }: DeadRun,
  given: ReadonlySet<string>,
): Promise<readonly Listed[]> {
  const lists = await Promise.all([
    list(docker, { label: [`${RUN_LABEL}=${runId}`] }),
    given.size === 0 ? [] : list(docker, { id: [...given] }),
  ]);
  const all = new Map(lists.flat().map((container) => [container.Id, container]));
  return [...all.values()].filter(({ Labels }) => Labels?.[LIFETIME_LABEL] !== "persistent");
}

async function list(docker: DockerSocket, filters: Record<string, string[]>): Promise<readonly Listed[]> {
  const query = `all=1&filters=${encodeURIComponent(JSON.stringify(filters))}`;
  const { status, body } = await call(docker, "GET", `/containers/json?${query}`);
  if (status !== 200) throw new Error(`Docker answers ${status}`);
  const found: readonly Listed[] = JSON.parse(body);
  return found;
}

async function removeNetworks(docker: DockerSocket, key: string): Promise<void> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`${PROJECT_KEY_LABEL}=${key}`] }));
  const { body } = await call(docker, "GET", `/networks?filters=${filters}`);
  const found: readonly { readonly Id: string }[] = JSON.parse(body);
  // One that is still used, by a persistent container, is refused: that is right.
  for (const { Id } of found) await call(docker, "DELETE", `/networks/${Id}`);
}

function call(
  docker: DockerSocket,
  method: "GET" | "DELETE",
  path: string,
): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        ...docker,
        method,
        path,
        agent: false,
        signal: AbortSignal.timeout(CALL_MS),
        headers: { Host: "docker" },
      },
      (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (body += chunk));
        response.once("end", () => resolve({ status: response.statusCode ?? 0, body }));
        response.once("error", reject);
      },
    );
    request.once("error", reject);
    request.end();
  });
}
