// An agent of the kit with the least that one can do: what its own part of a request costs.
import { command, runAgent } from "agents-apphost/kit";
import { z } from "zod";

const person = z.object({ who: z.string() });
const words = z.object({ greeting: z.string() });

await runAgent({
  name: "greeter",
  description: "Answers.",
  publishes: [],
  compose: (kit) => ({
    commands: [
      command({ name: "Echo", path: "/echo", input: person, output: person, handler: (input) => input }),
      command({
        name: "Greet",
        path: "/execute",
        input: person,
        output: words,
        handler: async (input, ctx) =>
          (await kit.generate(ctx, { prompt: "greet", input, output: words })).output,
      }),
    ],
  }),
});
