import { z } from "zod";
import type { EventDefinition } from "agents-apphost/kit";
import type { OwnAgent } from "./agents.ts";

/** The schema of the payload. Readers are tolerant: members that it does not know are no error. */
function schemaOf({ type, payload, description, dataVersion }: EventDefinition): object {
  const { $schema, ...rest } = z.toJSONSchema(payload, { target: "draft-2020-12", io: "input" });
  return { $schema, $id: `urn:agents:event:${type}:${dataVersion}`, title: type, description, ...rest };
}

/** One JSON Schema for each event type, by its path. */
export function eventSchemas(agents: readonly OwnAgent[]): ReadonlyMap<string, object> {
  const files = new Map<string, object>();
  for (const definition of agents.flatMap(({ events }) => events)) {
    const path = `events/${definition.type}.schema.json`;
    if (files.has(path)) throw new Error(`Two agents publish ${definition.type}.`);
    files.set(path, schemaOf(definition));
  }
  return files;
}
