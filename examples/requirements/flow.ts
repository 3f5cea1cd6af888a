import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { setTimeout as after } from "node:timers/promises";
import { z } from "zod";

const run = promisify(execFile);
const program = join(import.meta.dirname, "../../bin/agents.js");

const journalled = z.object({
  id: z.string(),
  eventType: z.string(),
  correlationId: z.string(),
  deliveries: z.array(z.object({ agent: z.string(), status: z.string() })),
});
type Journalled = z.infer<typeof journalled>;

/** What a requirement causes: the first two are handled by somebody, the last is where the flow ends. */
const steps = [
  "agents.testplanning.spec.generated",
  "agents.implementation.code.generated",
  "agents.notification.sent.completed",
];
const failed = new Set(["dead", "dropped", "expired"]);

/** Waits until a flow is complete, as `agents events` tells it. Answers what is missing; null when nothing is. */
export async function followed(correlationId: string, deadline: AbortSignal): Promise<string | null> {
  for (;;) {
    const events = await eventsOf(correlationId);
    const missing = missingIn(events);
    const dead = events.flatMap(({ eventType, deliveries }) =>
      deliveries
        .filter(({ status }) => failed.has(status))
        .map(({ agent, status }) => `${eventType} at ${agent}: ${status}`),
    );
    if (dead.length > 0) return dead.join(", ");
    if (missing === null || deadline.aborted) return missing;
    await after(250);
  }
}

async function eventsOf(correlationId: string): Promise<Journalled[]> {
  const { stdout } = await run(process.execPath, [
    program,
    "events",
    "--correlation",
    correlationId,
    "--json",
  ]);
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => journalled.parse(JSON.parse(line)));
}

function missingIn(events: readonly Journalled[]): string | null {
  for (const [index, type] of steps.entries()) {
    const own = events.filter(({ eventType }) => eventType === type);
    if (own.length === 0) return `${type} did not come`;
    const open = own.flatMap(({ deliveries }) => deliveries).find(({ status }) => status !== "success");
    if (open !== undefined) return `${type} is ${open.status} at ${open.agent}`;
    if (index < steps.length - 1 && own.every(({ deliveries }) => deliveries.length === 0))
      return `${type} was delivered to nobody`;
  }
  return null;
}
