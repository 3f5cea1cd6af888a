import { command, on, runAgent } from "agents-apphost/kit";
import type { HandlerContext } from "agents-apphost/kit";
import { z } from "zod";
import { events, greetingRequested, personGreeted } from "./events.ts";

const [words, counter] = [z.object({ greeting: z.string() }), z.object({ times: z.int() })];

await runAgent({
  name: "greeter",
  description: "Greets people and counts how often.",
  publishes: events,
  compose: (kit) => {
    async function greet({ who }: { who: string }, ctx: HandlerContext) {
      const { output } = await kit.generate(ctx, { prompt: "greet", input: { who }, output: words });
      return await kit.transactState(ctx, async (tx) => {
        const before = await tx.get(`people/${who}`, counter);
        const greeted = { who, greeting: output.greeting, times: (before?.value.times ?? 0) + 1 };
        tx.save(`people/${who}`, { times: greeted.times }, { etag: before?.etag ?? "new" });
        tx.emit(personGreeted, greeted, { subject: `people/${who}` });
        return greeted;
      });
    }
    const [input, output] = [greetingRequested.payload, personGreeted.payload];
    const onRequest = on(greetingRequested, {
      handler: async (event, ctx) => void (await greet(event.data.payload, ctx)),
    });
    return {
      commands: [command({ name: "Greet", path: "/execute", input, output, handler: greet })],
      subscriptions: [onRequest],
    };
  },
});
