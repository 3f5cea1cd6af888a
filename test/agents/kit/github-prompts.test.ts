import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import t from "tap";
import { createLogger } from "../../../src/agents/kit/log/logger.ts";
import { fetchPrompts } from "../../../src/agents/kit/prompts/github/fetch-prompts.ts";
import { readGithubSource } from "../../../src/agents/kit/prompts/github/github-source.ts";
import {
  age,
  everythingIn,
  failure,
  files,
  greet,
  greeting,
  prepared,
  sourceOf,
  sync,
  TOKEN,
} from "./helpers/github-prompts.ts";

void t.test("a branch becomes a commit, and its prompt files come in a few questions", async (t) => {
  const { server, source } = await prepared(t);
  const commit = server.commit(files("one"));
  const copy = await sync(source);
  t.match(copy, { commit, movedFrom: null, outdated: null });
  t.equal(greeting(copy.folder), greet("one"));
  t.strictSame(readdirSync(copy.folder).toSorted(), ["greeter", "other", "prompts.lock.json"]);
  t.strictSame(readdirSync(join(copy.folder, "greeter")), ["greet.yaml"], "what is no prompt file is left");
  t.equal(server.asked.length, 6, server.asked.join("\n")); // ref, root, folder, three files
});

void t.test("an agent fetches its own files and the lock", async (t) => {
  const { server, source } = await prepared(t);
  server.commit(files("one"));
  const { folder } = await sync(source, "greeter");
  t.strictSame(readdirSync(folder).toSorted(), ["greeter", "prompts.lock.json"]);
});

void t.test("what was looked up a moment ago is not asked for again", async (t) => {
  const { server, source } = await prepared(t);
  server.commit(files("one"));
  // As the agents of a run start: together, on one folder.
  await Promise.all(["greeter", "other", "greeter", null].map(async (agent) => await sync(source, agent)));
  t.equal(server.asked.filter((line) => line.startsWith("/commits/")).length, 1);
  t.equal(server.asked.filter((line) => line.includes("/git/blobs/")).length, 3);
});

void t.test(
  "a branch that did not move is one question that costs nothing; one that did is told",
  async (t) => {
    const { server, source, cache } = await prepared(t);
    const first = server.commit(files("one"));
    await sync(source);
    server.asked.length = 0;
    age(cache);
    t.match(await sync(source), { commit: first, movedFrom: null });
    t.strictSame(server.asked, ["/commits/main 304"]);
    server.asked.length = 0;
    age(cache);
    const second = server.commit(files("two"));
    const copy = await sync(source);
    t.match(copy, { commit: second, movedFrom: first });
    t.equal(greeting(copy.folder), greet("two"));
    t.equal(
      server.asked.filter((line) => line.includes("/git/blobs/")).length,
      1,
      "what did not change is not fetched again",
    );
  },
);

void t.test("a commit is never asked for twice, a tag is looked up", async (t) => {
  const { server, cache } = await prepared(t);
  const commit = server.commit(files("one"), "v1/stable");
  const pinned = sourceOf(server, cache, { AGENTS_PROMPTS_REF: commit }).source;
  await sync(pinned);
  t.ok(server.asked.length > 0 && !server.asked.some((line) => line.startsWith("/commits/")));
  server.asked.length = 0;
  await server.close();
  t.match(await sync(pinned), { commit, outdated: null }, "also while GitHub cannot be reached");
  t.strictSame(server.asked, []);
  await server.open();
  t.match(await sync(sourceOf(server, cache, { AGENTS_PROMPTS_REF: "v1/stable" }).source), { commit });
});

void t.test("without GitHub the copy is used, and why is said", async (t) => {
  const { server, source, cache } = await prepared(t);
  const commit = server.commit(files("one"));
  await sync(source);
  age(cache);
  await server.close();
  const { folder, outdated } = await sync(source);
  t.match(outdated, {
    reason: "unreachable",
    message: /cannot be reached .*my-org\/prompts@main \(ECONNREFUSED\)/,
  });
  t.equal(greeting(folder), greet("one"));
  await server.open();
  for (const [trouble, reason] of [
    [{ status: 502 }, "failing"],
    [{ status: 401, message: "Bad credentials" }, "unauthorized"],
    [{ status: 404, message: "Not Found" }, "not-found"],
    [{ status: 422, message: "No commit found for SHA: main" }, "no-such-ref"],
    [{ status: 403, message: "Resource protected by organization SAML enforcement" }, "forbidden"],
  ] as const) {
    server.trouble(trouble);
    t.match(await sync(source), { commit, outdated: { reason } });
  }
});

void t.test("a commit whose files do not all come does not take the place of what is whole", async (t) => {
  const { server, source, cache } = await prepared(t);
  const whole = server.commit(files("one"));
  await sync(source);
  age(cache);
  server.commit(files("two"));
  server.trouble({ status: 500, for: "/git/blobs/" });
  const copy = await sync(source);
  t.match(copy, { commit: whole, outdated: { reason: "failing" } });
  t.equal(greeting(copy.folder), greet("one"));
  server.trouble(null);
  t.equal(greeting((await sync(source)).folder), greet("two"), "the next time it does");
});

void t.test("a copy that somebody has changed is none", async (t) => {
  const { server, source, cache } = await prepared(t);
  server.commit(files("one"));
  const { folder } = await sync(source);
  writeFileSync(join(folder, "greeter/greet.yaml"), greet("mine"));
  t.equal(greeting((await sync(source)).folder), greet("one"), "it is fetched again");
  rmSync(join(folder, "greeter/greet.yaml"));
  await server.close();
  age(cache);
  t.match(await failure(source), { reason: "unreachable", mayPass: true });
});

void t.test("without a copy what is wrong is told, with what to do", async (t) => {
  const { server, source, cache } = await prepared(t, { token: TOKEN });
  server.commit(files("one"));
  const failures: readonly (readonly [object, RegExp, RegExp])[] = [
    [
      await failure(source),
      /has no my-org\/prompts, or nothing in it for main, that everybody may read/,
      /a private repository needs a token/,
    ],
    [await failure({ ...source, token: "ghp_wrong" }), /does not accept the token/, /GITHUB_TOKEN/],
    [
      await failure({ ...source, token: TOKEN, ref: "mian" }),
      /no commit, tag or branch "mian"/,
      /git ls-remote/,
    ],
    [
      await failure({ ...source, token: TOKEN, path: "agents/prompts" }),
      /no folder agents\/prompts at/,
      /Correct path/,
    ],
    [await failure({ ...source, token: TOKEN, repo: "my-org/prmpts" }), /no my-org\/prmpts/, /permission/],
  ];
  for (const [error, message, hint] of failures) t.match(error, { message, hint, mayPass: false });
  t.notMatch(failures.map(([error]) => inspect(error)).join("\n"), TOKEN);
  t.equal(greeting((await sync({ ...source, token: TOKEN })).folder), greet("one"));
  t.ok(server.tokens.has(`Bearer ${TOKEN}`));
  t.notMatch(everythingIn(cache), TOKEN, "no token is written down");
});

void t.test(
  "a limit is heeded: with a copy at once, without one for a while, and by the next process",
  async (t) => {
    const { server, source, cache } = await prepared(t);
    server.commit(files("one"));
    const reset = String(Math.floor(Date.now() / 1000) + 3600);
    const limited = {
      status: 403,
      message: "API rate limit exceeded",
      headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset },
    };
    server.trouble(limited);
    const at = new Date(Number(reset) * 1000).toISOString();
    t.match(await failure(source), {
      reason: "limited",
      message: new RegExp(`does again at ${at}`),
      hint: /60 questions an hour/,
    });
    const asked = server.asked.length;
    t.match(await failure(source), { reason: "limited", message: /has asked to be left alone until/ });
    t.equal(server.asked.length, asked, "it is not asked before that time");

    rmSync(join(cache, readdirSync(cache)[0] ?? "", "limited.json"));
    server.asked.length = 0;
    server.trouble({ status: 429, headers: { "retry-after": "1" }, times: 1 });
    t.equal(greeting((await sync(source)).folder), greet("one"), "a second is waited for");
    t.strictSame(server.asked.slice(0, 2), ["/commits/main 429", "/commits/main 200"]);
    age(cache);
    server.asked.length = 0;
    server.trouble({ status: 429, headers: { "retry-after": "2" }, times: 1 });
    t.match(await sync(source), { outdated: { reason: "limited" } });
    t.strictSame(server.asked, ["/commits/main 429"], "where there is a copy nobody waits");
  },
);

void t.test("a tree that is cut off is read folder by folder; links and other names stay away", async (t) => {
  const { server, source } = await prepared(t);
  server.truncate();
  server.commit({
    ...files("one"),
    "prompts/greeter/evil.yaml": "→../../../../etc/passwd",
    "prompts/deep/er/greet.yaml": greet("deep"),
    "prompts/..hidden/greet.yaml": greet("hidden"),
  });
  const { folder } = await sync(source);
  const all = readdirSync(folder, { recursive: true }).map(String);
  t.strictSame(all.filter((path) => path.endsWith(".yaml")).toSorted(), [
    "greeter/greet.yaml",
    "other/tell.yaml",
  ]);
});

void t.test(
  "a content that is not that of its id is refused, and so is an answer that is none",
  async (t) => {
    const { server, source } = await prepared(t);
    server.commit(files("one"));
    server.falsify();
    t.match(await failure(source), { reason: "unexpected", message: /is not that of its id/ });
    const other = await prepared(t);
    other.server.trouble({ status: 200 });
    t.match(await failure(other.source), { reason: "unexpected", message: /what main means is no commit/ });
  },
);

void t.test(
  "a folder that cannot hold the copies is told with the variable that names another",
  async (t) => {
    const { server, source, cache } = await prepared(t);
    server.commit(files("one"));
    const options = {
      agent: null,
      signal: new AbortController().signal,
      log: createLogger(() => undefined),
      production: false,
    };
    const expected = {
      name: "StartError",
      message: new RegExp(`^Prompts cannot be kept in ${cache}`),
      hint: /AGENTS_PROMPTS_CACHE/,
      code: "AGENTS_PROMPT_SOURCE_FAILED",
    };
    writeFileSync(join(cache, "file"), "");
    await t.rejects(fetchPrompts({ ...source, cache: join(cache, "file") }, options), expected);
    // What a read-only folder does to the lock: SQLite cannot open it.
    const { folder } = await fetchPrompts(source, options);
    const lock = join(folder, "../../../lock.db");
    rmSync(lock);
    mkdirSync(lock);
    await t.rejects(fetchPrompts(source, options), expected);
  },
);

void t.test("settings that cannot be meant are refused, and no token goes to another server", async (t) => {
  const base = { AGENTS_PROMPTS_REPO: "a/b", AGENTS_PROMPTS_REF: "main" };
  const wrong: readonly (readonly [Record<string, string>, RegExp])[] = [
    [{ ...base, AGENTS_PROMPTS_REPO: "prompts" }, /AGENTS_PROMPTS_REPO is "prompts"/],
    [{ AGENTS_PROMPTS_REPO: "a/b" }, /AGENTS_PROMPTS_REF is not set/],
    [{ ...base, AGENTS_PROMPTS_PATH: "../x" }, /AGENTS_PROMPTS_PATH/],
    [{ ...base, AGENTS_PROMPTS_API: "http://git.example.com" }, /AGENTS_PROMPTS_API/],
  ];
  for (const [env, message] of wrong) t.throws(() => readGithubSource(env, "/"), { message });
  t.equal(readGithubSource({}, "/"), null);
  const tokens = { GITHUB_TOKEN: "public", GH_ENTERPRISE_TOKEN: "own" };
  const api = "https://git.example.com/api/v3";
  t.match(readGithubSource({ ...base, ...tokens }, "/w"), {
    token: "public",
    api: "https://api.github.com",
    cache: "/w/.agents/prompts",
  });
  t.match(readGithubSource({ ...base, ...tokens, AGENTS_PROMPTS_API: api }, "/"), { token: "own" });
  t.match(readGithubSource({ ...base, GITHUB_TOKEN: "public", AGENTS_PROMPTS_API: api }, "/"), {
    token: null,
  });
});
