// Writes the JSON Schema of every event type into events/, where the CLI looks for its catalog.
import { mkdirSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { events } from "../src/greeter/events.ts";

mkdirSync("events", { recursive: true });
for (const { type, payload, description, dataVersion } of events) {
  const schema = z.toJSONSchema(payload, { io: "input" });
  const named = { $id: `urn:agents:event:${type}:${dataVersion}`, title: type, description, ...schema };
  writeFileSync(`events/${type}.schema.json`, `${JSON.stringify(named, null, 2)}\n`);
}
