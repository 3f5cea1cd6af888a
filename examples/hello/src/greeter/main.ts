import { command, on, query, runAgent } from "agents-apphost/kit";
import type { AgentKit, HandlerContext } from "agents-apphost/kit";
import { z } from "zod";
import { events, greetingRequested, personGreeted } from "./events.ts";

const person = z.object({ who: z.string().min(1) });
const counter = z.object({ times: z.number() });

await runAgent({
  name: "greeter",
  description: "Greets people and counts how often.",
  publishes: events,
  compose: (kit) => ({
    commands: [
      command({
        name: "Greet",
        path: "/execute",
        input: person,
        output: personGreeted.payload,
        handler: ({ who }, ctx) => greet(kit, ctx, who),
      }),
    ],
    queries: [
      query({
        name: "CountGreetings",
        path: "/people/{who}",
        input: person,
        output: counter,
        handler: async ({ who }) => (await kit.state.get(`people/${who}`, counter))?.value ?? { times: 0 },
      }),
    ],
    subscriptions: [
      on(greetingRequested, {
        handler: async (event, ctx) => void (await greet(kit, ctx, event.data.payload.who)),
      }),
    ],
  }),
});

async function greet(kit: AgentKit, ctx: HandlerContext, who: string) {
  // The model is asked before the transaction: it may take minutes, and the transaction may run again.
  const { output } = await kit.generate(ctx, {
    prompt: "greet",
    input: { who },
    output: z.object({ greeting: z.string() }),
  });
  return await kit.transactState(ctx, async (tx) => {
    const before = await tx.get(`people/${who}`, counter);
    const times = (before?.value.times ?? 0) + 1;
    tx.save(`people/${who}`, { times }, { etag: before?.etag ?? "new" });
    const greeted = { who, greeting: output.greeting, times };
    tx.emit(personGreeted, greeted, { subject: `people/${who}` });
    return greeted;
  });
}
