import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { z } from "zod";
import { events } from "../../templates/agent/src/agents/blue-print/events.ts";
import { agentFiles, driftsOf, SHAPE } from "../helpers/agent-shape.ts";
import type { AgentFiles, Files } from "../helpers/agent-shape.ts";
import { REPO } from "../helpers/cli.ts";

const TEMPLATE = join(REPO, "templates/agent");
const STATE_TEMPLATE = join(REPO, "templates/agent-state");

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

/** The template as it is for a project without a database. */
function stateTemplate(): AgentFiles {
  const { source, ...others } = agentFiles("blue-print", [TEMPLATE, STATE_TEMPLATE]);
  const kept = [...source].filter(([path]) => !/\/(?:sql-entries|tables)\.ts$/.test(path));
  return { ...others, source: new Map(kept) };
}

t.test("the template and every agent of this repository have one shape", async (t) => {
  t.strictSame(driftsOf(agentFiles("blue-print", [TEMPLATE])), [], "templates/agent");
  t.strictSame(driftsOf(stateTemplate()), [], "templates/agent-state");
  const agents = readdirSync(join(REPO, "src/agents")).filter((name) => name !== "kit");
  t.ok(agents.length >= 6);
  for (const agent of agents) t.strictSame(driftsOf(agentFiles(agent, [REPO])), [], agent);
});

t.test("ARCHITECTURE.md says what the shape is", async (t) => {
  const text = readFileSync(join(REPO, "ARCHITECTURE.md"), "utf8");
  for (const { says } of SHAPE) t.ok(text.includes(`- ${says}`), says);
});

type Part = "source" | "prompts" | "tests";

/** What somebody does to a file of an agent, or to all that a pattern fits: gives the new text; null: it goes. */
type Drift = readonly [
  what: string,
  part: Part,
  path: string | RegExp,
  change: (text: string) => string | null,
];

const gone = (): null => null;
const lacks =
  (...words: readonly string[]) =>
  (before: string) =>
    words.reduce((text, word) => {
      if (!text.includes(word)) throw new Error(`The template does not have ${word}`);
      return text.replaceAll(word, "/* gone */");
    }, before);
const adds = (text: string) => (before: string) => before + text;

const DRIFTS: readonly (readonly Drift[])[] = [
  [
    ["a fifth layer", "source", "helpers/util.ts", adds("export const a = 1;")],
    ["no main.ts", "source", "main.ts", gone],
    ["a file that is no TypeScript", "source", "domain/notes.md", adds("# Notes")],
  ],
  [
    ["another name", "source", "main.ts", lacks('name: "blue-print"')],
    ["its events are not published", "source", "main.ts", lacks("publishes: events")],
    ["no list of events", "source", "events.ts", lacks("export const events")],
    ["nothing is composed", "source", "main.ts", lacks("function compose(")],
  ],
  [
    ["nothing decides", "source", "domain/entry.ts", lacks("decide(")],
    [
      "what is kept does not go through it",
      "source",
      "infrastructure/sql-entries.ts",
      lacks("decideOn", "evolve"),
    ],
    ["a stream of events that nothing folds", "source", "domain/entry.ts", lacks("evolve(")],
  ],
  [
    ["no ports", "source", "application/ports.ts", gone],
    ["code among the ports", "source", "application/ports.ts", adds("export const limit = 1;\n")],
    ["what is implemented is no port", "source", "application/ports.ts", lacks("interface Labeller")],
    ["another import", "source", "application/ports.ts", adds('import { z } from "zod";\n')],
  ],
  [
    ["a model is asked by the application", "source", "application/record-entry.ts", adds("kit.generate(")],
    ["nobody asks a model", "source", "infrastructure/prompt-labeller.ts", gone],
  ],
  [
    ["a transaction elsewhere", "source", "application/record-entry.ts", adds("kit.transact(")],
    ["state elsewhere", "source", "infrastructure/sql-entries.ts", adds("kit.transactState(")],
    ["nothing is kept", "source", "infrastructure/sql-entries.ts", gone],
  ],
  [
    ["no tables", "source", "infrastructure/tables.ts", gone],
    ["tables that are not made", "source", "main.ts", lacks("  migrations,")],
  ],
  [
    ["the environment is read anywhere", "source", "domain/label.ts", adds("process.env.LABEL")],
    ["settings in main.ts", "source", "main.ts", adds("kit.env")],
    ["the environment is handed on", "source", "application/record-entry.ts", adds("kit.env")],
  ],
  [
    ["no routes", "source", "presentation/routes.ts", gone],
    ["routes by another name", "source", "presentation/entries.ts", adds("command({})")],
    ["a subscription elsewhere", "source", "presentation/entries.ts", adds("on(entryRequested, {})")],
    ["schemas by another name", "source", "presentation/views.ts", adds("z.object({})")],
    ["no schemas", "source", "presentation/schemas.ts", gone],
    ["no queries", "source", "presentation/routes.ts", lacks("queryRoutes")],
  ],
  [
    ["no general door", "source", "presentation/routes.ts", lacks('path: "/execute"')],
    ["two of them", "source", "presentation/more-routes.ts", adds('path: "/execute"')],
  ],
  [
    ["no prompt", "prompts", "label-entry.yaml", gone],
    ["a prompt without tests", "prompts", "label-entry.yaml", lacks("tests:")],
    ["a prompt without examples", "prompts", "label-entry.yaml", lacks("examples:")],
    ["a prompt of another name", "prompts", "label-entry.yaml", lacks("name: label-entry")],
    ["nobody asks for it", "source", "infrastructure/prompt-labeller.ts", lacks('"label-entry"')],
    ["a prompt that is no YAML", "prompts", "label.txt", adds("Label it.")],
  ],
  [
    ["no tests of the domain", "tests", /^domain\/.*\.test\.ts$/, gone],
    ["no other tests", "tests", /^[\w-]+\.test\.ts$/, gone],
    ["a domain in a process", "tests", "domain/entry.test.ts", adds("await runAgentProcess();")],
    ["a test of something else", "tests", "domain/entry.test.ts", lacks("../src/agents/blue-print/domain/")],
  ],
];

function drifted(agent: AgentFiles, [what, part, path, change]: Drift): AgentFiles {
  const files = new Map(agent[part]);
  const paths = typeof path === "string" ? [path] : [...files.keys()].filter((each) => path.test(each));
  if (paths.length === 0) throw new Error(`The template has nothing for: ${what}`);
  for (const each of paths) {
    const text = change(files.get(each) ?? "");
    if (text !== null) files.set(each, text);
    else if (!files.delete(each)) throw new Error(`The template has no ${each}`);
  }
  return { ...agent, [part]: files satisfies Files };
}

t.test("each drift is found, by its rule", async (t) => {
  const template = agentFiles("blue-print", [TEMPLATE]);
  t.equal(DRIFTS.length, SHAPE.length);
  for (const [index, drifts] of DRIFTS.entries()) {
    const rule = SHAPE[index];
    for (const drift of drifts)
      t.not(rule?.drifts(drifted(template, drift)).length, 0, `${rule?.says}: ${drift[0]}`);
  }
});
