import { command, on, runAgent } from "agents-apphost/kit";
import type { HandlerContext } from "agents-apphost/kit";
import { z } from "zod";
import { events, greetingRequested, personGreeted } from "./events.ts";

const counter = z.object({ times: z.int() });
const words = z.object({ greeting: z.string() });

await runAgent({
  name: "greeter",
  description: "Greets people and counts how often.",
  publishes: events,
  compose: (kit) => {
    async function greet({ who }: { who: string }, ctx: HandlerContext) {
      const { output } = await kit.generate(ctx, { prompt: "greet", input: { who }, output: words });
      return await kit.transactState(ctx, async (tx) => {
        const before = await tx.get(`people/${who}`, counter);
        const times = (before?.value.times ?? 0) + 1;
        const greeted = { who, greeting: output.greeting, times };
        tx.save(`people/${who}`, { times }, { etag: before?.etag ?? "new" });
        tx.emit(personGreeted, greeted, { subject: `people/${who}` });
        return greeted;
      });
    }
    const [input, output] = [greetingRequested.payload, personGreeted.payload];
    return {
      commands: [command({ name: "Greet", path: "/execute", input, output, handler: greet })],
      subscriptions: [
        on(greetingRequested, {
          handler: async (event, ctx) => void (await greet(event.data.payload, ctx)),
        }),
      ],
    };
  },
});
