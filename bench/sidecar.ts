import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEmbeddedSidecarHost } from "../src/runtime/resources/sidecar/embedded/create-host.ts";
import type { SidecarHost, SidecarSpec } from "../src/runtime/resources/sidecar/sidecar-host.ts";
import { own } from "./owned.ts";
import type { Command, Report } from "./sidecar-ends.ts";

/** Ours beside what it is compared with, in the same run. */
export interface SidecarFigure {
  readonly ours: number;
  readonly theirs: number;
  /** What `theirs` is. */
  readonly against: string;
  readonly unit: "ms" | "events/s";
  readonly runs: number;
}

/**
 * From the call of publish to the handler, one event at a time, median: through the embedded sidecar (durable, an fsync
 * each) and, as theirs, by a direct HTTP call. Publisher, sidecar and app are three processes.
 */
export async function publishLatency(events = 1000): Promise<SidecarFigure> {
  return withSidecar(async (ends, published, direct) => {
    const measure = async (url: string, count: number): Promise<number> =>
      (await ends.latency(url, count, 1)).p50;
    await measure(published, 300);
    await measure(direct, 300);
    return {
      ours: await measure(published, events),
      theirs: await measure(direct, events),
      against: "a direct HTTP call",
      unit: "ms",
      runs: events,
    };
  });
}

/** Events a second end to end, 250 bytes each, 32 in flight: through the embedded sidecar and, as theirs, by direct HTTP calls. */
export async function eventsPerSecond(
  events = 20_000,
): Promise<SidecarFigure & { readonly cpuPerEventUs: number }> {
  return withSidecar(async (ends, published, direct) => {
    await ends.perSecond(published, 2000);
    await ends.perSecond(direct, 2000);
    // This process does nothing meanwhile but what its sidecar's thread does.
    const before = process.cpuUsage();
    const ours = await ends.perSecond(published, events);
    const { user, system } = process.cpuUsage(before);
    const theirs = await ends.perSecond(direct, events);
    const cpuPerEventUs = (user + system) / events;
    return { ours, theirs, against: "direct HTTP calls", unit: "events/s", runs: events, cpuPerEventUs };
  });
}

/** From publish to handler through the embedded sidecar, one event at a time. */
export async function embeddedLatency(events: number): Promise<Latency & Started> {
  return withSidecar(async (ends, published, _direct, startMs) => {
    await ends.latency(published, 300, 1);
    return { ...(await ends.latency(published, events, 1)), startMs };
  });
}

/** Events a second through the embedded sidecar. */
export async function embeddedPerSecond(events: number): Promise<number> {
  return withSidecar(async (ends, published) => {
    await ends.perSecond(published, 2000);
    return await ends.perSecond(published, events);
  });
}

/** How long a sidecar took until it was ready. */
export interface Started {
  readonly startMs: number;
}

/** From publish to handler, in ms. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
  /** Until the publisher has its answer. */
  readonly accepted: { readonly p50: number; readonly p99: number };
}

/** Publisher and app, each a process of its own, and what they measure together. */
export class BenchEnds {
  readonly #app = new End("app");
  readonly #publisher = new End("publisher");
  readonly port: Promise<number> = this.#app
    .next()
    .then((report) => (report.is === "listening" ? report.port : 0));

  /** From the call of publish to the handler, in ms; so many events, one at a time. */
  async latency(url: string, events: number, everyMs: number): Promise<Latency> {
    const { published, took, handled } = await this.#run(url, events, 1, everyMs);
    const whole = published.map((at, n) => (handled[n] ?? Number.NaN) - at);
    return {
      p50: quantile(whole, 0.5),
      p99: quantile(whole, 0.99),
      worst: quantile(whole, 1),
      accepted: { p50: quantile(took, 0.5), p99: quantile(took, 0.99) },
    };
  }

  /** Events a second from the first call of publish to the last event handled, 32 in flight. */
  async perSecond(url: string, events: number): Promise<number> {
    const { published, handled } = await this.#run(url, events, 32, 0);
    const first = published.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY);
    const last = handled.reduce((one, other) => Math.max(one, other), 0);
    return Math.round((events / (last - first)) * 1000);
  }

  async end(): Promise<void> {
    await Promise.all([this.#app.end(), this.#publisher.end()]);
  }

  async #run(
    url: string,
    events: number,
    inFlight: number,
    everyMs: number,
  ): Promise<Readonly<Record<"published" | "took" | "handled", readonly number[]>>> {
    const [handled, published] = await Promise.all([
      this.#app.ask({ do: "collect", events }),
      this.#publisher.ask({ do: "publish", url, events, inFlight, everyMs }),
    ]);
    if (handled.is !== "times" || published.is !== "published")
      throw new Error("the ends of the benchmark did not report times");
    return { published: published.times, took: published.took, handled: handled.times };
  }
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round((sorted[Math.floor((sorted.length - 1) * part)] ?? 0) * 1000) / 1000;
}

class End {
  readonly #child: ChildProcess;

  constructor(role: "app" | "publisher") {
    this.#child = fork(new URL("./sidecar-ends.ts", import.meta.url), [role]);
  }

  ask(command: Command): Promise<Report> {
    this.#child.send(command);
    return this.next();
  }

  next(): Promise<Report> {
    return new Promise((resolve) => this.#child.once("message", (report: Report) => resolve(report)));
  }

  async end(): Promise<void> {
    this.#child.disconnect();
    await once(this.#child, "exit");
  }
}

export function benchOptions(stateDir: string): Parameters<typeof createEmbeddedSidecarHost>[0] {
  return {
    runId: "bench",
    stateDir,
    root: stateDir,
    components: [{ kind: "pubsub", name: "agents-pubsub", resource: null, type: null, metadata: {} }],
  };
}

export function benchSpec(appPort: number): SidecarSpec {
  return {
    appId: "bench",
    appPort,
    httpPort: 0,
    mayMove: true,
    subscribes: ["bench"],
    concurrency: 10,
    deliveryTimeoutMs: 30_000,
  };
}

export function publishUrl(httpPort: number): string {
  return `http://127.0.0.1:${httpPort}/v1.0/publish/agents-pubsub/bench`;
}

/** A folder for one run, given back after it. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "agents-bench-"));
  await using owned = new AsyncDisposableStack();
  owned.use(own(() => rmSync(folder, { recursive: true, force: true })));
  return await work(folder);
}

/** Publisher and app, ended after it. */
export async function withEnds<T>(work: (ends: BenchEnds, appPort: number) => Promise<T>): Promise<T> {
  const ends = new BenchEnds();
  try {
    return await work(ends, await ends.port);
  } finally {
    await ends.end();
  }
}

async function withSidecar<T>(
  work: (ends: BenchEnds, published: string, direct: string, startMs: number) => Promise<T>,
): Promise<T> {
  return withFolder(async (folder) =>
    withEnds(async (ends, port) => {
      const began = performance.now();
      await using host: SidecarHost = await createEmbeddedSidecarHost(benchOptions(folder));
      const { httpPort } = await host.start(benchSpec(port));
      const startMs = performance.now() - began;
      host.appReady("bench");
      return await work(ends, publishUrl(httpPort), `http://127.0.0.1:${port}/handle`, startMs);
    }),
  );
}
