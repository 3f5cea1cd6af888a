import t from "tap";
import { AgentsError } from "../../../src/runtime/model/errors.ts";
import { addAgent } from "../../../src/cli/scaffold/config/edit-config.ts";

const AGENT = { name: "zoo", entry: "src/agents/zoo/main.ts", port: 7300, uses: [], subscribes: [] };

/** What was added, white space left out; the rest of the text has to be as it was. */
async function added(file: string, text: string): Promise<string> {
  const [before, after] = [text, await addAgent(`/p/${file}`, text, AGENT)].map((each) =>
    each.replaceAll(/[\t\n\r ]+/g, ""),
  );
  if (before === undefined || after === undefined) throw new Error("unreachable");
  let start = 0;
  while (before[start] === after[start] && start < before.length) start += 1;
  let end = 0;
  while (before.at(-1 - end) === after.at(-1 - end) && end < before.length - start) end += 1;
  const kept = before.slice(0, start) + before.slice(before.length - end);
  return kept === before ? after.slice(start, after.length - end) : `not only added: ${after}`;
}

const PLAIN = 'zoo:{entry:"src/agents/zoo/main.ts",port:7300}';

t.test("agents behind spreads, constants, types and exports of every form", async (t) => {
  for (const text of [
    "export default { agents: { ...common, one } };",
    "export default { agents: { one, ...more } };",
    "const agents = { one: x } satisfies Agents; const config = f({ agents } as const); export { config as default };",
    "export const agents: Agents = { one: x };\nexport default { agents };",
    "module.exports = { agents: { one: x } };",
    "export default <Config>{ agents: { one: x } };",
    "export default { agents: ({ one: x })! };",
    "export default { ...base, agents: Object.assign({ one: x }, more) };",
    "export default { agents: { gone: y }, agents: { one: x } };",
  ])
    t.equal(await added("agents.config.ts", text), `,${PLAIN}`, text);
});

t.test("trailing commas and comments at any place", async (t) => {
  const comma = `${PLAIN.slice(0, -1)},},`;
  for (const [text, what] of [
    ["export default { agents: { one: x, } };", comma],
    ["export default {\n  agents: {\n    one: x, // ü 🎉, {\n  },\n};\n", comma],
    ["export default {\n  agents: {\n    one: x, // ü 🎉\n    // two: y,\n  },\n};\n", comma],
    ["\uFEFF// 🎉\nexport default {\n  agents: {\n    // none yet\n  },\n};\n", comma],
    ["export default {\r\n\tagents: {\r\n\t\tone: x,\r\n\t},\r\n};\r\n", comma],
  ] as const) {
    t.equal(await added("agents.config.ts", text), what, text);
    if (!text.includes("\r\n")) continue;
    const after = await addAgent("/p/agents.config.ts", text, AGENT);
    t.notMatch(after.replaceAll("\r\n", ""), "\n", "one kind of line break");
  }
  t.equal(
    await addAgent("/p/agents.config.ts", "export default { agents: { one: x /* a, b */ } };", AGENT),
    'export default { agents: { one: x, /* a, b */\n  zoo: {\n    entry: "src/agents/zoo/main.ts",\n    port: 7300\n  }\n} };',
  );
});

t.test("a member on the line of its bracket does not pull the next one out", async (t) => {
  t.equal(
    await addAgent(
      "/p/agents.config.ts",
      "export default {\n  agents: { one: f({\n    x,\n  }) },\n};\n",
      AGENT,
    ),
    'export default {\n  agents: { one: f({\n    x,\n  }),\n    zoo: {\n      entry: "src/agents/zoo/main.ts",\n      port: 7300\n    } },\n};\n',
  );
});

t.test("JSON with comments and a BOM", async (t) => {
  const what = '"zoo":{"entry":"src/agents/zoo/main.ts","port":7300}';
  t.equal(await added("agents.config.json", '\uFEFF{"agents":{"one":{}}}'), `,${what}`);
  t.equal(await added("agents.config.json", '{\n  "agents": {\n    "one": {}, // the first\n  }\n}\n'), what);
});

t.test("YAML in every form", async (t) => {
  const block = "zoo:entry:src/agents/zoo/main.tsport:7300";
  for (const text of [
    "agents:\n  one: { entry: x } # flow\nname: x\n",
    "base: &base {}\nagents:\n  one: *base # alias\nname: x\n",
    "agents:\n  one:\n    entry: x\n    env:\n      A: |\n        text\n\n        more\nname: x\n",
    "d: &d {}\r\nagents:\r\n  one:\r\n    <<: *d\r\n    subscribes:\r\n    - a # last\r\n\r\n\r\nname: x\r\n",
    "---\nagents:\n  one:\n    entry: x\n...\n",
    "agents:\n  one:\n    entry: x\n  # two:\n  #   entry: y\n",
  ])
    t.equal(await added("agents.config.yaml", text), block, text);
  const braces = "zoo:{entry:src/agents/zoo/main.ts,port:7300}";
  t.equal(await added("agents.config.yaml", "agents: {}\nname: x\n"), braces);
  t.equal(await added("agents.config.yaml", "agents: { one: { entry: x } }\n"), `,${braces}`);
  t.equal(await added("agents.config.yml", "agents: {\n  one: { entry: x },\n}\n"), braces);
});

t.test("a name that YAML reads as no text is quoted", async (t) => {
  const after = await addAgent("/p/a.yaml", "agents:\n  one:\n    entry: x\n", { ...AGENT, name: "true" });
  t.match(after, '\n  "true":\n    entry: ');
});

t.test("what cannot be edited is refused, with what to add in the file's own form", async (t) => {
  for (const [file, text, line] of [
    ["a.ts", "let agents = { one: x };\nexport default { agents };", "zoo: {"],
    ["a.ts", "import { agent as made } from 'agents-apphost'; export default f();", "zoo: made({"],
    ["a.ts", "export default { agents: on ? { one: x } : {} };", "zoo: {"],
    ["a.ts", "export default { agents: Object.fromEntries(all) };", "zoo: {"],
    ["a.ts", "export default { get agents() { return {}; } };", "zoo: {"],
    ["a.ts", "export default { ['agents']: {} };", "zoo: {"],
    ["a.json", '{ "name": "x" }', '"zoo": {'],
    ["a.yaml", "name: x\nagents:\n", "  zoo:"],
    ["a.yaml", "name: x\nagents: *all\n", "  zoo:"],
    ["a.yaml", "agents: { one: { entry: x }, # why\n}\n", "  zoo:"],
  ] as const) {
    const refused = await addAgent(`/p/${file}`, text, AGENT).catch((error: unknown) => error);
    t.ok(refused instanceof AgentsError, text);
    t.match(refused, {
      code: "AGENTS_CONFIG_NOT_EDITABLE",
      details: { lines: [line], hint: /--files-only/ },
    });
  }
});
