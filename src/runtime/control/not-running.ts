import { AgentsError } from "../model/errors.ts";

/** What is said where no run is up in a folder. */
export const notRunning = (root: string): AgentsError =>
  new AgentsError("AGENTS_NOT_RUNNING", `Nothing is running in ${root}.`, {
    path: root,
    hint: "Start it with: agents up",
  });
