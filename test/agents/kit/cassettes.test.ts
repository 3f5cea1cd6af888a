import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Test } from "tap";
import t from "tap";
import { send, startAgent } from "./helpers/agent-process.ts";
import { scriptedOllama } from "./helpers/scripted-ollama.ts";

interface Started {
  readonly greet: (who: string) => ReturnType<typeof send>;
  readonly stop: () => void;
}

interface Stage {
  readonly dir: string;
  readonly start: (mode: string, more?: Record<string, string>) => Promise<Started>;
}

function stage(t: Test): Stage {
  const dir = t.testdir();
  let runs = 0;
  const start: Stage["start"] = async (mode, more = {}) => {
    runs += 1;
    const agent = await startAgent(t, "greeter", {
      SQLSERVER_URL: `sqlite:${join(dir, `${runs}.db`)}`,
      AGENTS_LLM_MODE: mode,
      AGENTS_CASSETTES_DIR: join(dir, "cassettes"),
      OLLAMA_MODELS: "tiny:1b",
      ...more,
    });
    return {
      greet: async (who) => await send(`${agent.url}/api/greeter/execute`, { who }),
      stop: () => agent.child.kill("SIGKILL"),
    };
  };
  return { dir, start };
}

const NOW = "2026-01-01T08:00:00Z";
const LATER = "2026-02-03T09:10:11Z";

void t.test("what was recorded is played back, without a model, and says so", async (t) => {
  const { dir, start } = stage(t);
  const ollama = await scriptedOllama(t, [{ text: `{"text":"Hello, ${NOW}"}` }]);
  const recording = await start("record", { ...ollama.env, MY_API_KEY: "very-secret-word" });
  t.match(await recording.greet(NOW), { status: 200, body: { generatedBy: "live" } });
  t.match(await recording.greet("very-secret-word"), { status: 200 });
  recording.stop();

  const files = readdirSync(join(dir, "cassettes/greeter"));
  t.equal(files.length, 2);
  for (const file of files) {
    t.match(file, /^greet-[0-9a-f]{16}\.json$/);
    const text = readFileSync(join(dir, "cassettes/greeter", file), "utf8");
    t.match(JSON.parse(text), { schema: "agents.cassette/v1", promptRef: /^greet@/, model: "tiny:1b" });
    t.notMatch(text, /very-secret-word/, "no secret is kept");
  }

  const replaying = await start("replay", { MY_API_KEY: "very-secret-word" });
  const same = await replaying.greet(NOW);
  t.match(same, { status: 200, body: { result: { text: `Hello, ${NOW}` }, generatedBy: "cassette" } });
  const renewed = await replaying.greet(LATER);
  t.match(renewed, { body: { result: { text: `Hello, ${LATER}` } } }, "another time is the same question");
  t.match(await replaying.greet("very-secret-word"), { status: 200 });
  t.equal(ollama.asked.length, 2);
});

void t.test(
  "what was not recorded is an error that names the nearest cassette and where they part",
  async (t) => {
    const { dir, start } = stage(t);
    const ollama = await scriptedOllama(t, [{ text: '{"text":"Hello"}' }]);
    const recording = await start("record", ollama.env);
    await recording.greet("Ada Lovelace");
    recording.stop();
    const replaying = await start("replay", ollama.env);
    const [file = ""] = readdirSync(join(dir, "cassettes/greeter"));
    t.match(await replaying.greet("Ada Byron"), {
      status: 503,
      body: {
        type: "urn:agents:problem:cassette-missing",
        detail: new RegExp(`the nearest, ${file}, differs in its message 2 \\(user\\).*Lovelace.*Byron`),
        hint: /--llm record/,
      },
    });
    t.equal(ollama.asked.length, 1, "never a live call");

    writeFileSync(join(dir, "cassettes/greeter", file), "{ cut off");
    t.match(await replaying.greet("Ada Lovelace"), { status: 503, body: { detail: /there are none in/ } });
  },
);
