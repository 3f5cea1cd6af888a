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
import { BenchEnds, benchOptions, benchSpec, publishUrl, withFolder, type Latency } from "./sidecar.ts";

type Placement = "same thread" | "worker" | "process";
type MainThread = "idle" | "log flood" | "stuck";

interface Hosted {
  readonly httpPort: number;
  /** Processes that the host adds to ours. */
  readonly pids: readonly number[];
  close(): Promise<void>;
}

const EVENTS = 400;
const ROUNDS = 5;
const PLACEMENTS: readonly Placement[] = ["same thread", "worker", "process"];
const LOADS: readonly MainThread[] = ["idle", "log flood", "stuck"];

/** What one process measured: by load, and the memory that the placement adds in MB. */
interface Measured {
  readonly latencies: readonly Latency[];
  readonly memory: number;
}

const EVERY_MS = 5;

async function host(placement: Placement, folder: string, appPort: number): Promise<Hosted> {
  const options = benchOptions(folder);
  switch (placement) {
    case "same thread": {
      const embedded = await EmbeddedHost.open(options, () => {});
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
  const chunk = Array.from(
    { length: 20_000 },
    (_, n) => `2026-01-01T00:00:00Z info line ${n} of a flood`,
  ).join("\n");
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

async function measure(placement: Placement): Promise<Measured> {
  return withFolder(async (folder) => {
    const before = memory("self");
    const ends = new BenchEnds();
    const hosted = await host(placement, folder, await ends.port);
    const url = publishUrl(hosted.httpPort);
    await ends.latency(url, 300, 1);
    const added = memory("self") - before + hosted.pids.reduce((sum, pid) => sum + memory(pid), 0);
    const latencies: Latency[] = [];
    for (const load of LOADS) {
      const release = occupy(load);
      latencies.push(await ends.latency(url, EVENTS, EVERY_MS));
      release();
    }
    await hosted.close();
    await ends.end();
    return { latencies, memory: added };
  });
}

/** Each placement in a fresh process each time, in turns; of all rounds the best, as others use the machine too. */
async function compare(): Promise<void> {
  const rounds = new Map<Placement, Measured[]>(PLACEMENTS.map((placement) => [placement, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const placement of PLACEMENTS) {
      const child = fork(fileURLToPath(import.meta.url), ["--measure", placement]);
      rounds
        .get(placement)
        ?.push(
          await new Promise<Measured>((resolve) => child.once("message", (one: Measured) => resolve(one))),
        );
    }
  }
  process.stdout.write(
    `publish to handler in ms: p50 / p99 / worst, by what the main thread does; best of ${ROUNDS}; memory (PSS)\n`,
  );
  for (const [placement, all] of rounds) {
    const cells = LOADS.map((load, index) => {
      const best = (of: "p50" | "p99" | "worst"): number =>
        Math.min(...all.map((one) => one.latencies[index]?.[of] ?? Number.NaN));
      return `${load} ${best("p50").toFixed(2)} / ${best("p99").toFixed(1)} / ${best("worst").toFixed(1)}`.padEnd(
        34,
      );
    });
    process.stdout.write(
      `${placement.padEnd(12)} ${cells.join("")} + ${Math.min(...all.map((one) => one.memory)).toFixed(0)} MB\n`,
    );
  }
}

const [, , mode, argument = "", appPort = "0"] = process.argv;
if (mode === "--host") {
  const embedded = await EmbeddedHost.open(benchOptions(argument), () => {});
  const { httpPort } = await embedded.start(benchSpec(Number(appPort)));
  embedded.appReady("bench");
  process.on("disconnect", () => void embedded.close());
  process.send?.(httpPort);
} else if (mode === "--measure") {
  const placement = PLACEMENTS.find((one) => one === argument) ?? "worker";
  const measured = await measure(placement);
  process.send?.(measured, () => process.disconnect());
} else await compare();
