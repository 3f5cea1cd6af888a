import { defineEvent } from "agents-apphost/kit";
import { z } from "zod";

export const greetingRequested = defineEvent(
  "agents.greeter.greeting.requested",
  z.object({ who: z.string().min(1) }),
  { description: "Somebody is to be greeted." },
);

export const personGreeted = defineEvent(
  "agents.greeter.person.greeted",
  z.object({ who: z.string(), greeting: z.string(), times: z.number().int() }),
  { description: "A person was greeted." },
);

export const events = [greetingRequested, personGreeted];
