/**
 * Where the embedded sidecar should run: on the orchestrator's own event loop, in a worker thread, in a process of its
 * own. Run it: `node bench/sidecar-placement.ts` with the conditions the sources need; it prints a table. The reasons
 * drawn from it are in docs/decisions/0002-where-the-sidecar-runs.md.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createEmbeddedSidecarHost } from "../src/runtime/resources/sidecar/embedded/create-host.ts";
import { EmbeddedHost } from "../src/runtime/resources/sidecar/embedded/embedded-host.ts";
import { BenchEnds, benchOptions, benchSpec, publishUrl, withFolder } from "./sidecar.ts";

type Placement = "same thread" | "worker" | "process";
type MainThread = "idle" | "log flood" | "stuck";

interface Hosted {
  readonly httpPort: number;
  /** Processes that the host adds to ours. */
  readonly pids: readonly number[];
  close(): Promise<void>;
}

const EVENTS = 600;
const EVERY_MS = 5;

async function host(placement: Placement, folder: string, appPort: number): Promise<Hosted> {
  const options = benchOptions(folder);
  switch (placement) {
    case "same thread": {
      const embedded = new EmbeddedHost(options, () => {});
      const { httpPort } = await embedded.start(benchSpec(appPort));
      embedded.appReady("bench");
      return { httpPort, pids: [], close: () => embedded.close() };
    }
    case "worker": {
      const worker = await createEmbeddedSidecarHost(options);
      const { httpPort } = await worker.start(benchSpec(appPort));
      worker.appReady("bench");
      return { httpPort, pids: [], close: async () => worker[Symbol.asyncDispose]() };
    }
    case "process": {
      const child = fork(fileURLToPath(import.meta.url), ["--host", folder, String(appPort)]);
      const httpPort = await new Promise<number>((resolve) =>
        child.once("message", (port: number) => resolve(port)),
      );
      const close = async (): Promise<void> => {
        child.disconnect();
        await once(child, "exit");
      };
      return { httpPort, pids: child.pid === undefined ? [] : [child.pid], close };
    }
    default:
      return placement satisfies never;
  }
}

function block(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end;) /* busy */ ;
}

/** Keeps the main thread as busy as the name says; gives the way to stop it. */
function occupy(what: MainThread): () => void {
  if (what === "idle") return () => {};
  if (what === "stuck") {
    const timer = setInterval(() => block(500), 1000);
    return () => clearInterval(timer);
  }
  // A chunk of log lines after the other: split, matched, joined, with the loop turning in between.
  const chunk = Array.from({ length: 2000 }, (_, n) => `2026-01-01T00:00:00Z info line ${n} of a flood`).join(
    "\n",
  );
  let running = true;
  const turn = (): void => {
    const lines = chunk.split("\n").filter((line) => /info|warn/u.test(line));
    if (lines.length > 0 && running) setImmediate(turn);
  };
  turn();
  return () => (running = false);
}

/** Proportional set size of a process, in MB. */
function memory(pid: number | "self"): number {
  const kilobytes = /^Pss:\s+(\d+)/mu.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1];
  return Number(kilobytes) / 1024;
}

async function measure(placement: Placement): Promise<void> {
  await withFolder(async (folder) => {
    const before = memory("self");
    const ends = new BenchEnds();
    const hosted = await host(placement, folder, await ends.port);
    const url = publishUrl(hosted.httpPort);
    await ends.latency(url, 300, 1);
    const added = memory("self") - before + hosted.pids.reduce((sum, pid) => sum + memory(pid), 0);
    const cells: string[] = [];
    for (const what of ["idle", "log flood", "stuck"] as const) {
      const release = occupy(what);
      const { p50, p99, worst } = await ends.latency(url, EVENTS, EVERY_MS);
      release();
      cells.push(`${what} ${p50.toFixed(2)} / ${p99.toFixed(1)} / ${worst.toFixed(1)}`);
    }
    await hosted.close();
    await ends.end();
    process.stdout.write(
      `${placement.padEnd(12)} ${cells.map((cell) => cell.padEnd(34)).join("")} + ${added.toFixed(0)} MB\n`,
    );
  });
}

if (process.argv[2] === "--host") {
  const embedded = new EmbeddedHost(benchOptions(process.argv[3] ?? ""), () => {});
  const { httpPort } = await embedded.start(benchSpec(Number(process.argv[4])));
  embedded.appReady("bench");
  process.on("disconnect", () => void embedded.close());
  process.send?.(httpPort);
} else {
  const only = process.argv[2];
  if (only === "same thread" || only === "worker" || only === "process") await measure(only);
  else {
    process.stdout.write(
      "publish to handler in ms: p50 / p99 / worst, by what the main thread does; memory (PSS)\n",
    );
    // Each in a fresh process, so that memory is compared from the same start.
    for (const placement of ["same thread", "worker", "process"])
      await once(fork(fileURLToPath(import.meta.url), [placement]), "exit");
  }
}
