import { entryRequested } from "../events.ts";

/** What this agent listens to; the same types stand in its `subscribes` in the config. */
export const subscribedEvents = [entryRequested];
