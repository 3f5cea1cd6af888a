import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { filesOf, helloProject } from "../helpers/hello-project.ts";
import { skip, Terminal } from "../helpers/terminal.ts";

const configOf = (root: string): string => readFileSync(join(root, "agents.config.ts"), "utf8");

test("on a terminal a name alone is enough: the rest is asked for", { skip }, async (t) => {
  const project = helloProject(t);
  const terminal = new Terminal(t, project);
  terminal.agents("new stock-keeper; echo ended with $?");
  await terminal.shows(/Which events does it listen to\?[^]*agents\.greeter\.person\.greeted/);
  terminal.press("Down");
  terminal.press("Space");
  terminal.press("Enter");
  await terminal.shows(/Which event does it publish\? +\(?agents\.stock-keeper\.entry\.recorded/);
  terminal.type("agents.greeter.person.greeted");
  terminal.press("Enter");
  await terminal.shows(/Another agent publishes agents\.greeter\.person\.greeted already/);
  terminal.press("C-u");
  terminal.type("agents.stock-keeper.stock.counted");
  terminal.press("Enter");
  await terminal.shows(/Write \d+ files and add stock-keeper to agents\.config\.ts\?/);
  t.notOk(existsSync(join(project.root, "src/stock-keeper")), "nothing is written before the last answer");
  terminal.press("Enter");
  const screen = await terminal.shows(/ended with 0/);
  t.match(screen, /Made stock-keeper, on port 73\d\d/);
  t.match(
    configOf(project.root),
    /"stock-keeper": agent\(\{[^]*subscribes: \["agents\.greeter\.person\.greeted"/,
  );
  t.ok(existsSync(join(project.root, "events/agents.stock-keeper.stock.counted.schema.json")));
});

test("Ctrl-C at any of the questions leaves nothing", { skip }, async (t) => {
  const project = helloProject(t);
  const before = { files: filesOf(project.root), config: configOf(project.root) };
  const questions = [/Which events does it listen to/, /Which event does it publish/, /Write \d+ files/];
  for (const [answered] of questions.entries()) {
    const terminal = new Terminal(t, project);
    terminal.agents("new stock-keeper; echo ended with $?");
    for (const question of questions.slice(0, answered)) {
      await terminal.shows(question);
      terminal.press("Enter");
    }
    await terminal.shows(questions[answered] ?? /never/);
    terminal.press("C-c");
    t.match(await terminal.shows(/ended with \d+/), /ended with 130/, `at question ${answered + 1}`);
    t.notMatch(terminal.screen(), /Error|at .*\.js:\d/);
    t.strictSame({ files: filesOf(project.root), config: configOf(project.root) }, before);
    terminal.close();
  }
});

test("an answer of no writes nothing", { skip }, async (t) => {
  const project = helloProject(t);
  const before = filesOf(project.root);
  const terminal = new Terminal(t, project);
  terminal.agents("new stock-keeper; echo ended with $?");
  await terminal.shows(/Which events/);
  terminal.press("Enter");
  await terminal.shows(/Which event does/);
  terminal.press("Enter");
  await terminal.shows(/Write \d+ files/);
  terminal.type("n");
  terminal.press("Enter");
  t.match(await terminal.shows(/ended with \d/), /Nothing was written\.[^]*ended with 0/);
  t.strictSame(filesOf(project.root), before);
});
