import { z } from "zod";
import type { AgentParts } from "../agent.ts";
import { command, query } from "../handling/routes.ts";
import type { Projections } from "../sql/projection-status.ts";
import { notFound } from "./problem.ts";

const projection = z.object({
  name: z.string(),
  version: z.int().describe("Version in the running program"),
  builtVersion: z.int().nullable().describe("Version that its tables were built by"),
  streams: z.string().describe("What the ids of its streams begin with"),
  events: z.int().describe("How many events these streams have"),
  position: z.int().nullable().describe("Position of the last of them among all events of the agent"),
  rebuiltAt: z.string().nullable().describe("When it was last rebuilt from its first event on"),
});

/** Adds what the kit itself answers of the tables that an agent makes from its event streams. */
export function withProjections(parts: AgentParts, projections: Projections | null): AgentParts {
  if (projections === null) return parts;
  const list = query({
    name: "ListProjections",
    path: "/projections",
    description: "Lists the projections: the lists and indexes that are derived from event streams.",
    input: z.object({}),
    output: z.object({ projections: z.array(projection).readonly() }),
    handler: async () => ({ projections: await projections.list() }),
  });
  const rebuild = command({
    name: "RebuildProjection",
    path: "/projections/{name}/rebuild",
    description:
      "Rebuilds a projection from its first event on, whatever has happened to its tables. Commands wait meanwhile.",
    input: z.object({ name: z.string() }),
    output: z.object({ name: z.string(), version: z.int(), replayed: z.int() }),
    handler: async ({ name }, ctx) => {
      const known = await projections.list();
      const found = known.find((each) => each.name === name);
      if (found === undefined) {
        const names = known.map((each) => each.name).join(", ");
        throw notFound(`There is no projection ${name}, only ${names}.`);
      }
      const replayed = await projections.rebuild(name, ctx.signal);
      ctx.log.info("rebuilt a projection", { projection: name, replayed });
      return { name, version: found.version, replayed };
    },
  });
  return {
    ...parts,
    commands: [...(parts.commands ?? []), rebuild],
    queries: [...(parts.queries ?? []), list],
  };
}
