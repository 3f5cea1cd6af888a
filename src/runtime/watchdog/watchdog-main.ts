/*
 * The watchdog: a process that does nothing but wait for the end of the pipe on its stdin. The kernel closes that pipe
 * however the orchestrator ends, `kill -9` included; then everything of the run is killed. In a session of its own, so
 * that neither Ctrl-C nor a closed terminal reaches it first.
 *
 * argv: run id. stdin, one a line: `add <pgid>`, `remove <pgid>`, `add-process <pid> <start>`, `remove-process <pid> <start>`,
 * `docker <socket as JSON>`, `add-container <id>`, `remove-container <id>`, and `end` when all was stopped in good order.
 */
import { readSync } from "node:fs";
import type { DockerSocket } from "../resources/container/remove-run-containers.ts";
import { killRun } from "./kill-run.ts";

for (const signal of ["SIGINT", "SIGHUP", "SIGTERM"] as const) process.on(signal, () => undefined);

const runId = process.argv[2];
const groups = new Set<number>();
const processes = new Set<string>();
const containers = new Set<string>();
let docker: DockerSocket | null = null;

if (runId !== undefined && runId !== "" && readOrders() === "orphaned") {
  await Promise.all([
    killRun(runId, { groups, processes }),
    docker === null ? null : removeContainers(docker, runId),
  ]);
}
process.exit(0);

/** HTTP is loaded only now: a process that sleeps has no use for it. */
async function removeContainers(at: DockerSocket, run: string): Promise<void> {
  const { removeRunContainers } = await import("../resources/container/remove-run-containers.ts");
  await removeRunContainers({ docker: at, runId: run, containerIds: containers });
}

/** Blocks: there is nothing else to do, and a process that sleeps in a read costs nothing. */
function readOrders(): "ended" | "orphaned" {
  const chunk = Buffer.alloc(4096);
  let rest = "";
  for (;;) {
    const size = readChunk(chunk);
    if (size === 0) return "orphaned";
    const lines = (rest + chunk.toString("latin1", 0, size)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const [order = "", ...what] = line.split(" ");
      const one = what.join(" ");
      if (order === "end") return "ended";
      if (order === "add") groups.add(Number(one));
      if (order === "remove") groups.delete(Number(one));
      if (order === "add-process") processes.add(one);
      if (order === "remove-process") processes.delete(one);
      if (order === "docker") docker = JSON.parse(one);
      if (order === "add-container") containers.add(one);
      if (order === "remove-container") containers.delete(one);
    }
  }
}

function readChunk(chunk: Buffer): number {
  for (;;) {
    try {
      return readSync(0, chunk, 0, chunk.length, null);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : null;
      // Where the pipe is a socket that does not block there is a short wait instead.
      if (code === "EAGAIN") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
      else if (code !== "EINTR") return 0;
    }
  }
}
