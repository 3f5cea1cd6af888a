import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { z } from "zod";
import { events } from "../../templates/agent/src/agents/blue-print/events.ts";
import { REPO } from "../helpers/cli.ts";

const TEMPLATE = join(REPO, "templates/agent");

/** What lies in the folder of an agent. */
function shape(root: string): readonly string[] {
  return readdirSync(root, { withFileTypes: true })
    .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
    .toSorted();
}

t.test("the template's event schemas are what its events.ts says", async (t) => {
  for (const { type, payload, description, dataVersion } of events) {
    const { $schema, ...rest } = z.toJSONSchema(payload, { target: "draft-2020-12", io: "input" });
    const named = {
      $schema,
      $id: `urn:agents:event:${type}:${dataVersion}`,
      title: type,
      description,
      ...rest,
    };
    const text = readFileSync(join(TEMPLATE, `events/${type}.schema.json`), "utf8");
    t.strictSame(JSON.parse(text), named, type);
  }
});

t.test("every agent of this repository has the template's shape", async (t) => {
  const wanted = shape(join(TEMPLATE, "src/agents/blue-print"));
  t.strictSame(wanted, [
    "application/",
    "domain/",
    "events.ts",
    "infrastructure/",
    "main.ts",
    "presentation/",
  ]);
  const agents = readdirSync(join(REPO, "src/agents")).filter((name) => name !== "kit");
  t.ok(agents.length >= 3);
  for (const agent of agents) {
    t.strictSame(shape(join(REPO, "src/agents", agent)), wanted, agent);
    t.ok(existsSync(join(REPO, "prompts", agent)), `${agent} has prompts`);
    t.ok(existsSync(join(REPO, "test/agents", agent)), `${agent} has tests`);
  }
});
