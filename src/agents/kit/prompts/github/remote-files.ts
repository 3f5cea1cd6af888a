import { createHash } from "node:crypto";
import { z } from "zod";
import { LOCK_FILE } from "../lock.ts";
import { parseFileName } from "../prompt-name.ts";
import type { GithubApi } from "./github-api.ts";
import { GithubFailure } from "./github-failure.ts";
import type { GithubSource } from "./github-source.ts";

/** A file of the prompts at a commit: `greeter/greet.yaml`, or the lock. */
export interface RemoteFile {
  readonly path: string;
  /** Git's id of its content. */
  readonly blob: string;
}

const treeAnswer = z.object({
  truncated: z.boolean().optional(),
  tree: z.array(z.object({ path: z.string(), mode: z.string(), type: z.string(), sha: z.string() })),
});
type Entry = z.infer<typeof treeAnswer>["tree"][number];

const blobAnswer = z.object({ content: z.string(), encoding: z.enum(["base64", "utf-8"]) });

/** The prompt files at a commit: of each agent's folder, and the lock. @throws GithubFailure */
export async function listFiles(
  api: GithubApi,
  source: GithubSource,
  commit: string,
): Promise<readonly RemoteFile[]> {
  const folder = await folderId(api, source, commit);
  return (await entriesBelow(api, folder)).flatMap(({ path, blob }) =>
    isPromptFile(path) ? [{ path, blob }] : [],
  );
}

/** The tree of the prompts' folder, a level at a time: a recursive answer for a large repository is cut off. */
async function folderId(api: GithubApi, { path, repo }: GithubSource, commit: string): Promise<string> {
  let id = commit;
  for (const part of path.split("/").filter(Boolean)) {
    const { tree } = await readTree(api, id, false);
    const found = tree.find((entry) => entry.path === part && entry.type === "tree");
    if (found === undefined)
      throw new GithubFailure(
        "not-found",
        `${repo} has no folder ${path} at ${commit.slice(0, 7)}`,
        "Correct path: the folder that holds <agent>/<name>.yaml.",
      );
    id = found.sha;
  }
  return id;
}

async function entriesBelow(api: GithubApi, folder: string): Promise<readonly RemoteFile[]> {
  const whole = await readTree(api, folder, true);
  if (whole.truncated !== true) return whole.tree.flatMap(fileIn);
  // Cut off: one folder after the other. Prompts are no deeper than that.
  const { tree } = await readTree(api, folder, false);
  const files = tree.flatMap(fileIn);
  for (const { path, sha } of tree.filter(({ type }) => type === "tree")) {
    const below = await readTree(api, sha, false);
    files.push(...below.tree.flatMap(fileIn).map((file) => ({ ...file, path: `${path}/${file.path}` })));
  }
  return files;
}

/** Regular files alone: a link leads somewhere else, a submodule to another repository. */
function fileIn({ path, mode, type, sha }: Entry): readonly RemoteFile[] {
  return type === "blob" && mode !== "120000" && isId(sha) ? [{ path, blob: sha }] : [];
}

async function readTree(api: GithubApi, id: string, isRecursive: boolean) {
  const read = treeAnswer.safeParse(await api.tree(id, isRecursive));
  if (!read.success) throw api.unexpected("a tree has no list of entries");
  return read.data;
}

/** Names come from outside and become paths here. */
function isPromptFile(path: string): boolean {
  if (path === LOCK_FILE) return true;
  const [agent = "", file = "", ...deeper] = path.split("/");
  return (
    deeper.length === 0 &&
    /^[A-Za-z0-9][\w.-]*$/.test(agent) &&
    !/[\\\0]/.test(file) &&
    parseFileName(file) !== null
  );
}

function isId(sha: string): boolean {
  return /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(sha);
}

/** The content of a file, which is what its id says. @throws GithubFailure */
export async function readFileAt(api: GithubApi, { path, blob }: RemoteFile): Promise<Buffer> {
  const read = blobAnswer.safeParse(await api.blob(blob));
  if (!read.success) throw api.unexpected(`${path} has no content`);
  const { content, encoding } = read.data;
  const bytes = Buffer.from(content, encoding === "base64" ? "base64" : "utf8");
  if (!isContentOf(blob, bytes)) throw api.unexpected(`the content of ${path} is not that of its id ${blob}`);
  return bytes;
}

/** As git computes it; repositories with SHA-256 have longer ids. */
export function isContentOf(id: string, bytes: Buffer): boolean {
  const algorithm = id.length === 40 ? "sha1" : "sha256";
  return createHash(algorithm).update(`blob ${bytes.length}\0`).update(bytes).digest("hex") === id;
}
