// The reference flow in sample mode, one at a time: from the request to testplanning until the notification is sent.
import { configOf, FLOW_AGENTS, realProject } from "./project.ts";
import { round } from "./row.ts";

const FLOWS = 60;
const BETWEEN_MS = 150;

interface Listed {
  readonly eventType: string;
  readonly correlationId: string;
  readonly time: string;
}

/** Median and 99th percentile, as a detail of a row. */
export async function flowLatency(): Promise<Readonly<Record<string, string>>> {
  await using project = realProject();
  project.write("agents.config.ts", configOf(FLOW_AGENTS));
  const up = await project.up();
  const { resources }: { readonly resources: readonly { readonly name: string; readonly url: string }[] } =
    JSON.parse((await project.agents(["ps", "--json"])).stdout);
  const url = resources.find(({ name }) => name === "testplanning")?.url;
  if (url === undefined) throw new Error("testplanning does not run");
  const began = new Map<string, number>();
  for (let flow = 0; flow < FLOWS; flow += 1) {
    const at = Date.now();
    const response = await fetch(`${url}/api/testplanning/execute`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        requirement: "Applicants between 18 and 65 years old, inclusive, are accepted.",
      }),
    });
    const { correlationId }: { readonly correlationId: string } = JSON.parse(await response.text());
    began.set(correlationId, at);
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
  }
  await new Promise((resolve) => setTimeout(resolve, 2_000)); // the last ones end
  const { stdout } = await project.agents(["events", "--json", "-n", "1000"]);
  await up.stop();
  const took = stdout
    .trim()
    .split("\n")
    .map((line): Listed => JSON.parse(line))
    .filter(({ eventType }) => eventType === "agents.notification.sent.completed")
    .map(({ correlationId, time }) => Date.parse(time) - (began.get(correlationId) ?? Number.NaN))
    .toSorted((a, b) => a - b);
  const at = (share: number): number => round(took[Math.floor((took.length - 1) * share)] ?? Number.NaN);
  const text = `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms of ${took.length}`;
  return { "reference flow, request until notification, in sample mode": text };
}
