import t from "tap";
import { addAgent } from "../../../src/cli/scaffold/config/edit-config.ts";

const AGENT = {
  name: "stock-keeper",
  entry: "src/agents/stock-keeper/main.ts",
  port: 7300,
  uses: ["db"],
  subscribes: ["agents.a.b"],
};
const add = (file: string, lines: readonly string[]): Promise<string> =>
  addAgent(`/p/${file}`, lines.join("\n"), AGENT);

t.test("an agent is added in the file's own style, and nothing else changes", async (t) => {
  t.equal(
    await add("agents.config.ts", [
      "import { agent as make, defineConfig } from 'agents-apphost'; // why",
      "export default defineConfig({",
      "\tname: 'x',",
      "\tagents: {",
      "\t\t// the first",
      "\t\tone: make({ entry: 'a.ts' }) // behind it",
      "\t\t/* more to come */",
      "\t},",
      "});",
    ]),
    [
      "import { agent as make, defineConfig } from 'agents-apphost'; // why",
      "export default defineConfig({",
      "\tname: 'x',",
      "\tagents: {",
      "\t\t// the first",
      "\t\tone: make({ entry: 'a.ts' }), // behind it",
      "\t\t/* more to come */",
      "\t\t'stock-keeper': make({",
      "\t\t\tentry: 'src/agents/stock-keeper/main.ts',",
      "\t\t\tport: 7300,",
      "\t\t\tuses: ['db'],",
      "\t\t\tsubscribes: ['agents.a.b']",
      "\t\t})",
      "\t},",
      "});",
    ].join("\n"),
  );
});

t.test("a long list has a line for each item", async (t) => {
  const subscribes = ["a", "b", "c"].map((word) => `agents.servicedesk.${word.repeat(30)}`);
  const text = "export default {\n  agents: {\n    one: x,\n  },\n};\n";
  t.match(
    await addAgent("/p/agents.config.ts", text, { ...AGENT, subscribes }),
    `      subscribes: [\n${subscribes.map((type) => `        "${type}",\n`).join("")}      ],\n    },\n  },`,
  );
});

t.test("agents in a constant, on one line, without a helper", async (t) => {
  t.equal(
    await add("agents.config.js", [
      "const agents = { one: { entry: 'a.js' } };",
      "export default { name: 'x', agents };",
    ]),
    [
      "const agents = { one: { entry: 'a.js' },",
      "  'stock-keeper': {",
      "    entry: 'src/agents/stock-keeper/main.ts',",
      "    port: 7300,",
      "    uses: ['db'],",
      "    subscribes: ['agents.a.b']",
      "  }",
      "};",
      "export default { name: 'x', agents };",
    ].join("\n"),
  );
});

t.test("no agents yet", async (t) => {
  t.equal(
    await add("agents.config.ts", ["export default { name: `x`, agents: {} } satisfies Config;"]),
    [
      "export default { name: `x`, agents: {",
      '  "stock-keeper": {',
      '    entry: "src/agents/stock-keeper/main.ts",',
      "    port: 7300,",
      '    uses: ["db"],',
      '    subscribes: ["agents.a.b"],',
      "  },",
      "} } satisfies Config;",
    ].join("\n"),
  );
});

t.test("the first agent is indented as the file is", async (t) => {
  for (const indent of ["    ", "\t"])
    t.match(
      await add("agents.config.ts", [
        "/*",
        " * why",
        " */",
        "export default defineConfig({",
        `${indent}name: "x",`,
        `${indent}agents: {},`,
        "});",
      ]),
      `\n${indent}agents: {\n${indent.repeat(2)}"stock-keeper": {\n${indent.repeat(3)}entry: `,
    );
});

t.test("JSON keeps its indent and its line breaks, and stays JSON", async (t) => {
  const before = JSON.stringify({ name: "x", agents: { one: { entry: "x" } } }, null, 4).replaceAll(
    "\n",
    "\r\n",
  );
  const after = await add("agents.config.json", [before]);
  const { name, ...members } = AGENT;
  t.strictSame(JSON.parse(after), { name: "x", agents: { one: { entry: "x" }, [name]: members } });
  t.notMatch(after, /[^\r]\n/);
  t.match(after, '            "port": 7300,');
});

t.test("YAML keeps its comments and its indent", async (t) => {
  t.equal(
    await add("agents.config.yaml", [
      "agents:",
      "    one: # the first",
      "        entry: x # why",
      "",
      "# what follows",
      "name: x",
    ]),
    [
      "agents:",
      "    one: # the first",
      "        entry: x # why",
      "    stock-keeper:",
      "        entry: src/agents/stock-keeper/main.ts",
      "        port: 7300",
      "        uses: [db]",
      "        subscribes: [agents.a.b]",
      "",
      "# what follows",
      "name: x",
    ].join("\n"),
  );
});

t.test("agents that are computed are not guessed at", async (t) => {
  for (const text of [
    "export default make();",
    "export default { name: 'x', agents: make() };",
    "export default { name: 'x', agents: { } }; }",
  ])
    await t.rejects(add("agents.config.ts", [text]), { code: "AGENTS_CONFIG_NOT_EDITABLE" });
  await t.rejects(add("agents.config.yaml", ["name: x", "agents: *others"]), {
    code: "AGENTS_CONFIG_NOT_EDITABLE",
  });
});
