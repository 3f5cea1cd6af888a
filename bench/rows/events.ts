import { limitRow, median, round } from "../row.ts";
import type { Measurement } from "../row.ts";
import { eventsPerSecond, publishLatency } from "../sidecar.ts";

const LATENCY_MS = 1;
const EVENTS_PER_SECOND = 5_000;

/** The embedded sidecar, durable: from publish to handler one at a time, and how many events a second go through it. */
export const events: Measurement = {
  rows: ["publish-latency", "events-per-second"],
  async measure({ runs }) {
    const latency = await times(runs, async () => await publishLatency(1_000));
    const rate = await times(runs, async () => await eventsPerSecond(20_000));
    const more = median(latency.map(({ ours, theirs }) => ours - theirs));
    return [
      {
        ...limitRow("publish-latency", {
          ours: [more],
          limit: LATENCY_MS,
          unit: "ms",
          budget: `≤ ${LATENCY_MS} ms more`,
          against: "",
        }),
        ours: round(median(latency.map(({ ours }) => ours))),
        theirs: round(median(latency.map(({ theirs }) => theirs))),
        against: "a direct HTTP call, p50; the ratio is of the difference and 1 ms",
        runs,
        detail: { "more than the direct call (ms)": round(more) },
      },
      {
        ...limitRow("events-per-second", {
          ours: rate.map(({ ours }) => ours),
          limit: EVENTS_PER_SECOND,
          least: true,
          unit: "events/s",
          budget: `≥ ${EVENTS_PER_SECOND}/s`,
          against: "5 000 durable events/s, 250 bytes, 32 in flight",
        }),
        detail: {
          "direct HTTP calls (a second)": round(median(rate.map(({ theirs }) => theirs))),
          "CPU of the sidecar per event (µs)": round(median(rate.map(({ cpuPerEventUs }) => cpuPerEventUs))),
        },
      },
    ];
  },
};

async function times<T>(count: number, work: () => Promise<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for (let run = 0; run < count; run += 1) all.push(await work());
  return all;
}
