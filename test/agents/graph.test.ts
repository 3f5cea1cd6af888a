import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { test } from "tap";
import { z } from "zod";
import config from "../../agents.config.ts";
import { REPO } from "../helpers/cli.ts";

const configured = z.record(z.string(), z.looseObject({ subscribes: z.array(z.string()).default([]) }));
const agents = configured.parse(config.agents);
const published = z.object({ events: z.array(z.looseObject({ type: z.string() })) });

/** One agent makes another one act. */
interface Edge {
  readonly from: string;
  readonly to: string;
  readonly type: string;
}

async function edges(): Promise<readonly Edge[]> {
  const publishers = new Map<string, string>();
  for (const name of Object.keys(agents)) {
    const file = pathToFileURL(join(REPO, `src/agents/${name}/events.ts`)).href;
    for (const { type } of published.parse(await import(file)).events) publishers.set(type, name);
  }
  return Object.entries(agents).flatMap(([to, { subscribes }]) =>
    subscribes.map((type) => ({ from: publishers.get(type) ?? "nobody", to, type })),
  );
}

/** Who can be reached from an agent, in one step or many. */
function reach(all: readonly Edge[], from: string, seen = new Set<string>()): ReadonlySet<string> {
  for (const edge of all.filter((each) => each.from === from)) {
    if (seen.has(edge.to)) continue;
    seen.add(edge.to);
    reach(all, edge.to, seen);
  }
  return seen;
}

await test("who listens to whom leads in a circle only where it is known to end", async (t) => {
  const all = await edges();
  t.strictSame(
    all.filter(({ from }) => from === "nobody"),
    [],
    "each type that somebody waits for is published by an agent",
  );
  const circular = all
    // What an agent is asked for is its own type, and others publish it. (A notification's own that is found unfinished is
    // sent; it asks for no other one.)
    .filter(({ from, to, type }) => from !== to || !type.endsWith(".requested"))
    .filter((edge, _, steps) => reach(steps, edge.to).has(edge.from));
  t.strictSame(
    circular.map(({ from, to, type }) => `${from} → ${to}: ${type}`).toSorted(),
    [
      // Its coverage is recorded; nobody generates code from that.
      "implementation → testplanning: agents.implementation.code.generated",
      "testplanning → implementation: agents.testplanning.spec.generated",
      // The one that can go round: a rule escalates no ticket that lies deep in a chain of events.
      "notification → servicedesk: agents.notification.delivery.failed",
      "servicedesk → notification: agents.servicedesk.ticket.escalated",
    ].toSorted(),
  );
});
