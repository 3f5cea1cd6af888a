import { join } from "node:path";
import t from "tap";
import { send, spawnAgent, startAgent } from "./helpers/agent-process.ts";
import { age, files, prepared, TOKEN } from "./helpers/github-prompts.ts";

void t.test("an agent alone takes its prompts from a repository, and says from which commit", async (t) => {
  const { server, env, cache } = await prepared(t, { token: TOKEN });
  const commit = server.commit(files("one"));
  const settings = {
    ...env,
    SQLSERVER_URL: `sqlite:${join(cache, "agents.db")}`,
    AGENTS_PROMPTS_TOKEN: TOKEN,
  };
  const agent = await startAgent(t, "greeter", settings);
  t.match(
    await agent.printed("prompts come from GitHub"),
    `source=my-org/prompts@main commit=${commit.slice(0, 7)}`,
  );
  t.match((await send(`${agent.url}/api/greeter/execute`, { who: "Ada" })).body, { result: { text: "one" } });
  t.match((await send(`${agent.url}/api/greeter/health`)).body, {
    promptSource: {
      from: "github",
      repo: "my-org/prompts",
      ref: "main",
      commit,
      state: "current",
      reason: null,
    },
    prompts: [{ name: "greet", ref: /^greet@1\.0\.0\+/ }],
  });
  agent.child.kill("SIGKILL");
  await agent.exited;

  await server.close();
  age(cache);
  const offline = await startAgent(t, "greeter", settings);
  t.match(
    await offline.printed("warn: prompts are the copy of"),
    new RegExp(`my-org/prompts@main \\(${commit.slice(0, 7)}\\) from .*ECONNREFUSED`),
  );
  t.match((await send(`${offline.url}/api/greeter/execute`, { who: "Ada" })).body, {
    result: { text: "one" },
  });
  t.match((await send(`${offline.url}/api/greeter/health`)).body, {
    promptSource: { state: "copy", reason: /ECONNREFUSED/ },
  });

  const bare = spawnAgent(t, "greeter", { ...settings, AGENTS_PROMPTS_CACHE: join(cache, "empty") });
  t.match(
    await bare.printed("there is no copy of them here"),
    /^error: .*cannot be reached.*ECONNREFUSED.* code=AGENTS_PROMPT_SOURCE_FAILED$/,
  );
  t.equal(await bare.exited, 1);
  t.notMatch(agent.output() + offline.output() + bare.output(), TOKEN);
});
