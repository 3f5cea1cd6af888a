import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Test } from "tap";
import { readGithubSource } from "../../../../src/agents/kit/prompts/github/github-source.ts";
import { syncPrompts } from "../../../../src/agents/kit/prompts/github/sync.ts";
import { githubServer } from "../../../helpers/github-server.ts";
import type { GithubServer } from "../../../helpers/github-server.ts";

const { signal } = new AbortController();
export const TOKEN = "ghp_aTokenThatIsPrintedNowhere";

export const greet = (text: string): string => `schema: agents.prompt/v1
name: greet
version: "1.0.0"
description: Greet a person
input: { type: object, required: [who], properties: { who: { type: string } } }
output: { type: object, required: [text], properties: { text: { type: string } } }
messages: [{ role: user, content: "Greet {{who}}." }]
examples: [{ input: { who: Ada }, output: { text: ${text} } }]
`;
export const files = (text: string) => ({
  "README.md": "# Prompts",
  "prompts/prompts.lock.json": "{}",
  "prompts/greeter/greet.yaml": greet(text),
  "prompts/greeter/_part.yaml": "x",
  "prompts/other/tell.yaml": "template: tell {{$x}}",
});

export function sourceOf(server: GithubServer, cache: string, more: Record<string, string> = {}) {
  const env = {
    AGENTS_PROMPTS_REPO: server.repo,
    AGENTS_PROMPTS_REF: "main",
    AGENTS_PROMPTS_API: server.api,
    AGENTS_PROMPTS_CACHE: cache,
    ...more,
  };
  const source = readGithubSource(env, cache);
  if (source === null) throw new Error("no source");
  return { source, env };
}

export const sync = async (source: Parameters<typeof syncPrompts>[0], agent: string | null = null) =>
  await syncPrompts(source, { agent, signal });
export const greeting = (folder: string): string => readFileSync(join(folder, "greeter/greet.yaml"), "utf8");

/** The look at a ref is not fresh any more. */
export function age(cache: string): void {
  for (const repo of readdirSync(cache).filter((name) => name.startsWith("my-org"))) {
    const file = join(cache, repo, "refs/main.json");
    const known: Record<string, unknown> = JSON.parse(readFileSync(file, "utf8"));
    writeFileSync(file, JSON.stringify({ ...known, checkedAt: Date.now() - 60_000 }));
  }
}

export async function prepared(t: Test, options: Parameters<typeof githubServer>[1] = {}) {
  const server = await githubServer(t, options);
  const cache = t.testdir();
  return { server, cache, ...sourceOf(server, cache) };
}

export async function failure(source: Parameters<typeof syncPrompts>[0]): Promise<object> {
  return await sync(source).then(
    () => ({ message: "it came" }),
    (error: unknown) => error as Error,
  );
}

export function everythingIn(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
    .join("\n");
}
