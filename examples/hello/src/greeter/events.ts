import { defineEvent } from "agents-apphost/kit";
import { z } from "zod";

const person = z.object({ who: z.string().regex(/^[\p{L} '-]{1,40}$/u) });
const greeting = person.extend({ greeting: z.string(), times: z.int() });

export const greetingRequested = defineEvent("agents.greeter.greeting.requested", person, {
  description: "Somebody is to be greeted.",
});
export const personGreeted = defineEvent("agents.greeter.person.greeted", greeting, {
  description: "A person was greeted.",
});
export const events = [greetingRequested, personGreeted];
