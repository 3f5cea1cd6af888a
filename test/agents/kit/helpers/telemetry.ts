import { join } from "node:path";
import type { Test } from "tap";
import type { Collector, ReceivedSpan } from "../../../helpers/collector.ts";
import { until } from "../../../helpers/system.ts";
import type { AgentProcess } from "./agent-process.ts";
import { send, startAgent } from "./agent-process.ts";
import { ScriptedSidecar } from "./scripted-sidecar.ts";

export const VISIT = "agents.visits.visit.announced";
export const GREETED = "agents.greeter.greeting.made";
export const TRACE = "0af7651916cd43dd8448eb211c80319c";
export const PARENT = "b7ad6b7169203331";
export const TRACEPARENT = `00-${TRACE}-${PARENT}-01`;

/** What is done is seen soon. */
export const SOON = {
  OTEL_BSP_SCHEDULE_DELAY: "20",
  OTEL_BLRP_SCHEDULE_DELAY: "20",
  OTEL_METRIC_EXPORT_INTERVAL: "100",
};

interface Started {
  readonly agent: AgentProcess;
  readonly sidecar: ScriptedSidecar;
  readonly env: Readonly<Record<string, string>>;
}

/** The greeter, with a sidecar and a database of its own. */
export async function startGreeter(t: Test, more: Record<string, string>): Promise<Started> {
  const sidecar = await ScriptedSidecar.start(t);
  const env = { ...sidecar.env, SQLSERVER_URL: `sqlite:${join(t.testdir(), "agents.db")}`, ...more };
  return { sidecar, env, agent: await startAgent(t, "greeter", env) };
}

/** Telemetry that a collector of the test reads. */
export function sendingTo(url: string): Record<string, string> {
  return { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: "http/json", ...SOON };
}

export async function greet(agent: AgentProcess, who: string, headers: Record<string, string> = {}) {
  return await send(`${agent.url}/api/greeter/execute`, undefined, {
    method: "POST",
    body: JSON.stringify({ who }),
    headers: { "content-type": "application/json", ...headers },
  });
}

/** The spans of that name, once there are so many. */
export async function spansCalled(
  collector: Collector,
  name: string,
  count = 1,
): Promise<readonly ReceivedSpan[]> {
  const found = (): readonly ReceivedSpan[] => collector.spans.filter((span) => span.name === name);
  await until(`${count} × ${name}`, () => found().length >= count);
  return found();
}
