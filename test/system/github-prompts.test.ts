import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { Test } from "tap";
import { githubServer } from "../helpers/github-server.ts";
import { greet } from "../helpers/greeter.ts";
import { fixtureProject, pick, REPO, resourceOf } from "../helpers/system.ts";
import type { Project } from "../helpers/system.ts";

const HELLO = join(REPO, "examples/hello");
const ORIGINAL = readFileSync(join(HELLO, "prompts/greeter/greet.yaml"), "utf8");
const TOKEN = "ghp_aTokenThatIsPrintedNowhere";

const saying = (greeting: string): Readonly<Record<string, string>> => ({
  "prompts/greeter/greet.yaml": ORIGINAL.replace("Good morning, Ada.", greeting),
});

/** The greeter of the examples, with its prompts in a repository. */
async function project(t: Test, ref: string | null = "main") {
  const server = await githubServer(t, { token: TOKEN });
  const first = server.commit(saying("From GitHub."));
  const made = fixtureProject(t, {}, { PROMPTS_TOKEN: TOKEN });
  made.write({
    "agents.config.json": JSON.stringify({
      name: "greetings",
      prompts: {
        kind: "github",
        repo: server.repo,
        ref: ref ?? first,
        api: server.api,
        tokenFrom: "PROMPTS_TOKEN",
      },
      components: { "agents-pubsub": { kind: "pubsub" }, "agents-statestore": { kind: "statestore" } },
      agents: { greeter: { entry: join(HELLO, "src/greeter/main.ts"), port: 0 } },
    }),
  });
  return { server, first, made };
}

/** As if nobody had asked for a while. */
function age({ root }: Project): void {
  const copies = join(root, ".agents/prompts");
  const known = join(copies, readdirSync(copies)[0] ?? "", "refs/main.json");
  const ref: unknown = JSON.parse(readFileSync(known, "utf8"));
  writeFileSync(known, JSON.stringify({ ...Object(ref), checkedAt: Date.now() - 60_000 }));
}

async function restarted(made: Project): Promise<unknown> {
  const { code, stderr } = await made.agents(["restart", "greeter"]);
  if (code !== 0) throw new Error(stderr);
  return await made.json(["ps"]);
}

const reasonOf = (run: unknown): unknown => pick(resourceOf(run, "greeter"), "reason");
const said = async (run: unknown): Promise<unknown> => pick(await greet(run), "result", "greeting");

void t.test(
  "prompts of a repository serve a run; what keeps GitHub away is told in ps and log",
  { timeout: 180_000 },
  async (t) => {
    const { server, first, made } = await project(t);
    await made.up().ready();
    const run = await made.json(["ps"]);
    t.equal(await said(run), "From GitHub.");
    t.equal(reasonOf(run), null);
    t.equal(
      pick(resourceOf(run, "greeter"), "llm"),
      "sample",
      "what answers is said as with prompts of a folder",
    );
    age(made);
    t.equal(await said(await restarted(made)), "From GitHub.");
    t.equal(server.asked.at(-1), "/commits/main 304", "nothing has changed");

    const second = server.commit(saying("Moved on."));
    server.truncate();
    age(made);
    t.equal(await said(await restarted(made)), "Moved on.", "also where a tree is cut off");
    const moved = `ref=main from=${first.slice(0, 7)} to=${second.slice(0, 7)}`;
    t.match((await made.agents(["logs", "greeter"])).stdout, moved);

    age(made);
    const copy = `prompts are the copy of my-org/prompts@main \\(${second.slice(0, 7)}\\) from .*`;
    const troubles = [
      [{ status: 404 }, /GitHub has no my-org\/prompts/],
      [{ status: 401 }, /does not accept the token/],
      [{ status: 500 }, /GitHub fails .*\(500\)/],
      [{ status: 403, headers: { "retry-after": "3600" } }, /no more questions for now \(403\)/],
    ] as const;
    for (const [trouble, why] of troubles) {
      server.trouble(trouble);
      const now = await restarted(made);
      t.match(reasonOf(now), new RegExp(copy + why.source), String(trouble.status));
      t.equal(await said(now), "Moved on.");
    }
    server.trouble(null);
    const asked = server.asked.length;
    t.match(reasonOf(await restarted(made)), /left alone until/, "that is heeded by the next process");
    t.equal(server.asked.length, asked);
    const { stdout } = await made.agents(["logs", "greeter"]);
    t.match(stdout, new RegExp(`warn: ${copy}`));
    t.notMatch(stdout, TOKEN);
  },
);

void t.test(
  "without a copy the start fails and says why; a pinned commit is asked for once",
  { timeout: 180_000 },
  async (t) => {
    const { server, made } = await project(t, null);
    server.trouble({ status: 429, headers: { "retry-after": "3600" } });
    const refused = await made.agents(["up", "-d"]);
    t.equal(refused.code, 1);
    t.match(
      refused.stderr,
      /asked to be left alone until .*no copy of them here.*AGENTS_PROMPT_SOURCE_FAILED/,
    );
    t.match((await made.agents(["logs", "greeter"])).stdout, /no more questions for now \(429\)/);
    await made.agents(["down"]);

    // Somebody else, whom GitHub has not asked to wait.
    made.env["PROMPTS_TOKEN"] = "";
    server.trouble({ status: 404 });
    t.match((await made.agents(["up", "-d"])).stderr, /private repository needs a token/);
    await made.agents(["down"]);

    server.trouble(null);
    made.env["PROMPTS_TOKEN"] = TOKEN;
    rmSync(join(made.root, ".agents/prompts"), { recursive: true });
    await made.up().ready();
    await server.close();
    const run = await restarted(made);
    t.equal(reasonOf(run), null, "a commit does not change");
    t.equal(await said(run), "From GitHub.");
  },
);
