import {
  cpSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import type { Test } from "tap";
import { greet } from "../helpers/greeter.ts";
import { fixtureProject, pick, REPO, resourceOf, until } from "../helpers/system.ts";

const HELLO = join(REPO, "examples/hello");

/** The greeter of the examples, with prompts of its own; where they really are is the caller's. */
function project(t: Test, prompts: string) {
  const made = fixtureProject(t, {});
  if (prompts !== join(made.root, "prompts")) symlinkSync(prompts, join(made.root, "prompts"));
  made.write({
    "agents.config.json": JSON.stringify({
      name: "greetings",
      components: { "agents-pubsub": { kind: "pubsub" }, "agents-statestore": { kind: "statestore" } },
      agents: { greeter: { entry: join(HELLO, "src/greeter/main.ts"), port: 0 } },
    }),
  });
  return made;
}

function ownPrompts(t: Test): { readonly folder: string; readonly file: string } {
  const folder = mkdtempSync(join(tmpdir(), "agents-prompts-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(HELLO, "prompts"), folder, { recursive: true });
  return { folder, file: join(folder, "greeter/greet.yaml") };
}

void t.test(
  "what is saved counts for the next call, however an editor saves",
  { timeout: 120_000 },
  async (t) => {
    const { folder, file } = ownPrompts(t);
    // The folder of the project is a link: to a checkout that several projects share, say.
    const greetings = project(t, folder);
    const original = readFileSync(file, "utf8");
    const saying = (greeting: string): string => original.replace("Good morning, Ada.", greeting);
    const up = greetings.up();
    await up.ready();
    const run = await greetings.json(["ps"]);
    const pid = pick(resourceOf(run, "greeter"), "pid");
    const said = async (): Promise<unknown> => pick(await greet(run), "result", "greeting");
    t.equal(await said(), "Good morning, Ada.");

    writeFileSync(file, saying("In its place."));
    t.equal(await said(), "In its place.", "written over");
    writeFileSync(`${file}~`, saying("By a new file."));
    renameSync(`${file}~`, file);
    t.equal(await said(), "By a new file.", "renamed over");
    for (let n = 1; n <= 50; n += 1) writeFileSync(file, saying(`Number ${n}.`));
    t.equal(await said(), "Number 50.", "the last of a burst");
    for (let n = 1; n <= 20; n += 1) {
      writeFileSync(file, saying(`Turn ${n + 10}.`)); // of one length, one after the other
      t.equal(await said(), `Turn ${n + 10}.`);
    }
    unlinkSync(file);
    t.equal(await said(), "Turn 30.", "away for a moment: the last good one");
    writeFileSync(file, saying("Here again."));
    t.equal(await said(), "Here again.", "deleted and made again");
    // Calls while it is written in pieces see the old one or the new one, never a half.
    const [first, second] = [original.slice(0, 300), saying("Written in two.").slice(300)];
    writeFileSync(file, first);
    const during = said();
    writeFileSync(file, second, { flag: "a" });
    t.match(await during, /^(?:Here again|Written in two)\.$/);
    t.equal(await said(), "Written in two.");
    // As a checkout of another branch does: another folder is in its place.
    const own = join(folder, "greeter");
    cpSync(own, `${own}.new`, { recursive: true });
    writeFileSync(join(`${own}.new`, "greet.yaml"), saying("Another folder."));
    renameSync(own, `${own}.old`);
    renameSync(`${own}.new`, own);
    t.equal(await said(), "Another folder.");
    writeFileSync(file, "name: [");
    await until("what is broken in it is told", async () =>
      /a prompt file is broken .*greet\.yaml:1:\d+: .*still using greet@/.test(
        (await greetings.agents(["logs", "greeter"])).stdout,
      ),
    );
    writeFileSync(file, saying("Right again."));
    t.equal(await said(), "Right again.");
    t.equal(pick(resourceOf(await greetings.json(["ps"]), "greeter"), "pid"), pid, "it was not restarted");
    const logs = await greetings.agents(["logs", "greeter"]);
    const broken = logs.stdout.split("\n").filter((line) => line.includes("a prompt file is broken"));
    t.equal(broken.length, 1, "a half of a save is not called broken");
  },
);

void t.test(
  "a broken file keeps the last good version, and log and ps say where",
  { timeout: 120_000 },
  async (t) => {
    const { folder, file } = ownPrompts(t);
    const greetings = project(t, folder);
    const original = readFileSync(file, "utf8");
    await greetings.up().ready();
    const run = await greetings.json(["ps"]);
    t.equal(pick(resourceOf(run, "greeter"), "reason"), null);
    t.match(await greet(run), { result: { greeting: "Good morning, Ada." } });

    writeFileSync(file, original.replace('version: "1.0.0"', "version: 1.10"));
    const place = /greet\.yaml:3:10: \/version must be string; still using greet@1\.0\.0\+[0-9a-f]{12}/;
    // Nobody has called it: a look is enough.
    await until("ps says it", async () =>
      place.test(String(pick(resourceOf(await greetings.json(["ps"]), "greeter"), "reason"))),
    );
    t.match((await greetings.agents(["ps"])).stdout, place);
    t.match(await greet(run), { result: { greeting: "Good morning, Ada." } });
    const logs = await greetings.agents(["logs", "greeter", "--level", "error"]);
    t.match(logs.stdout, /a prompt file is broken .*greet\.yaml:3:10: \/version must be string/);
    t.equal(logs.stdout.split("\n").filter((line) => line.includes("is broken")).length, 1, "once");

    writeFileSync(file, original.replace("Good morning", "Good evening"));
    t.match(await greet(run), { result: { greeting: "Good evening, Ada." } });
    t.equal(pick(resourceOf(await greetings.json(["ps"]), "greeter"), "reason"), null);
  },
);
