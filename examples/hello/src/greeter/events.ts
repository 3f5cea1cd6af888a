import { defineEvent } from "agents-apphost/kit";
import { z } from "zod";

const who = z.string().regex(/^[\p{L} '-]{1,40}$/u);

export const greetingRequested = defineEvent("agents.greeter.greeting.requested", z.object({ who }), {
  description: "Somebody is to be greeted.",
});
export const personGreeted = defineEvent(
  "agents.greeter.person.greeted",
  z.object({ who, greeting: z.string(), times: z.int() }),
  { description: "A person was greeted." },
);
export const events = [greetingRequested, personGreeted];
